/**
 * Pieces of SQL that say what a journal row does, from its accounts alone: the audit believes neither the generated
 * columns nor the constraints, which may have been switched off. The row is named `j`.
 */
export const MOVED = {
  available: `(CASE WHEN j.credit = 'available' THEN j.credits ELSE 0 END - CASE WHEN j.debit = 'available' THEN j.credits ELSE 0 END)`,
  held: `(CASE WHEN j.credit = 'held' THEN j.credits ELSE 0 END - CASE WHEN j.debit = 'held' THEN j.credits ELSE 0 END)`,
  // A debt of the customer: a credit entry reduces it.
  owed: `(CASE WHEN j.debit = 'owed' THEN j.credits ELSE 0 END - CASE WHEN j.credit = 'owed' THEN j.credits ELSE 0 END)`,
} as const;

/** Sums by lot column, over rows `j` with their touched lots `t (lot_no, credits, cost)`. */
export const LOT_SUMS = `
  sum(CASE WHEN j.code = 'grant' THEN t.credits ELSE 0 END) AS granted,
  sum(CASE WHEN j.credit = 'available' THEN t.credits ELSE 0 END
    - CASE WHEN j.debit = 'available' THEN t.credits ELSE 0 END) AS free,
  sum(CASE WHEN j.credit = 'held' THEN t.credits ELSE 0 END
    - CASE WHEN j.debit = 'held' THEN t.credits ELSE 0 END) AS held,
  sum(CASE j.code WHEN 'capture' THEN t.credits WHEN 'refund' THEN -t.credits ELSE 0 END) AS spent,
  sum(CASE WHEN j.credit = 'owed' THEN t.credits WHEN j.from_repaid THEN -t.credits ELSE 0 END) AS repaid,
  sum(CASE WHEN j.code = 'expire' THEN t.credits ELSE 0 END) AS expired,
  sum(CASE WHEN j.code = 'clawback' THEN t.credits
           WHEN j.code = 'clawback_undo' AND NOT j.from_repaid THEN -t.credits ELSE 0 END) AS clawed,
  sum(t.cost) AS cost`;

/** The lots that a row touched; a row whose lists were tampered with gives nulls, which no sum hides. */
export const TOUCHED_LOTS = `CROSS JOIN LATERAL unnest(j.lot_nos, j.lot_credits, j.lot_costs) AS t (lot_no, credits, cost)`;

/** Sums by hold, over rows `j`. */
export const HOLD_SUMS = `
  sum(CASE WHEN j.code = 'hold' THEN j.credits ELSE 0 END) AS credits,
  sum(CASE WHEN j.code = 'capture' THEN j.credits ELSE 0 END) AS captured,
  sum(CASE WHEN j.code = 'release' THEN j.credits ELSE 0 END) AS released,
  sum(CASE WHEN j.code = 'refund' THEN j.credits ELSE 0 END) AS refunded,
  sum(CASE WHEN j.code = 'royalty' THEN j.credits ELSE 0 END) AS royalty,
  sum(CASE WHEN j.code = 'royalty_reversal' THEN j.credits ELSE 0 END) AS royalty_reversed,
  min(CASE WHEN j.code = 'hold' THEN j.effective_at END) AS created_at,
  count(*) FILTER (WHERE j.resolves) AS resolutions,
  array_agg(DISTINCT CASE WHEN j.debit LIKE 'revenue:%' THEN j.debit ELSE j.credit END)
    FILTER (WHERE 'revenue:' IN (left(j.debit, 8), left(j.credit, 8))) AS revenues,
  array_agg(DISTINCT CASE WHEN j.debit LIKE 'creator:%' THEN j.debit ELSE j.credit END)
    FILTER (WHERE 'creator:' IN (left(j.debit, 8), left(j.credit, 8))) AS creators,
  array_agg(DISTINCT j.spend_id::text) AS spends`;

/** Sums of a wallet's whole life, over rows `j`. */
export const WALLET_SUMS = `
  sum(CASE WHEN j.code = 'grant' THEN j.credits ELSE 0 END) AS issued,
  sum(CASE j.code WHEN 'capture' THEN j.credits WHEN 'refund' THEN -j.credits ELSE 0 END) AS used,
  sum(CASE WHEN j.code = 'expire' THEN j.credits ELSE 0 END) AS expired,
  sum(CASE j.code WHEN 'clawback' THEN j.credits WHEN 'clawback_undo' THEN -j.credits ELSE 0 END) AS clawed`;
