import type { Check } from './check';
import { MOVED } from './movements';

const ROW = `'ledger.journal' AS "table", j.wallet_id || '#' || j.seq AS id, j.wallet_id AS customer_id`;

/** The journal on its own: each row is a movement of the ledger, and each wallet's rows are one unbroken chain. */
export const JOURNAL_CHECKS: readonly Check[] = [
  {
    name: 'journal_rows_are_movements',
    sql: `
      SELECT ${ROW}, format('%s of %s from %s to %s, leaving %s available, %s held, %s owed, is no movement of the ledger',
        j.code, j.credits, j.debit, j.credit, j.available, j.held, j.owed) AS problem
      FROM ledger.journal j
      WHERE j.wallet_id >= :from AND j.wallet_id <= :upto AND (
        least(j.available, j.held, j.owed) >= 0 AND greatest(j.available, j.held, j.owed) <= 9007199254740991
        AND (j.available = 0 OR j.owed = 0)
        AND (NOT j.resolves OR j.code IN ('capture', 'release'))
        AND (NOT j.from_repaid OR (j.code = 'clawback_undo' AND j.credit = 'available'))
        AND j.command_key <> '' AND j.key <> ''
        AND CASE WHEN j.code = 'open'
          THEN j.seq = 0 AND j.credits = 0 AND j.debit = 'none' AND j.credit = 'none'
               AND j.available = 0 AND j.held = 0 AND j.owed = 0
               AND j.key = 'open:' || j.wallet_id AND j.command_key = j.key
          ELSE j.seq > 0 AND j.credits > 0 END
        AND CASE j.code
          WHEN 'open' THEN true
          WHEN 'grant' THEN j.debit LIKE 'issued:_%' AND j.credit IN ('available', 'owed') AND j.grant_id IS NOT NULL
          WHEN 'hold' THEN j.debit = 'available' AND j.credit = 'held'
          WHEN 'capture' THEN j.debit = 'held' AND j.credit LIKE 'revenue:_%'
          WHEN 'release' THEN j.debit = 'held' AND j.credit IN ('available', 'owed')
          WHEN 'royalty' THEN j.debit LIKE 'revenue:_%' AND j.credit LIKE 'creator:_%'
          WHEN 'royalty_reversal' THEN j.debit LIKE 'creator:_%' AND j.credit LIKE 'revenue:_%'
          WHEN 'refund' THEN j.debit LIKE 'revenue:_%' AND j.credit IN ('available', 'owed')
          WHEN 'clawback' THEN j.debit IN ('available', 'owed') AND j.credit = 'clawed_back'
          WHEN 'clawback_undo' THEN j.debit = 'clawed_back' AND j.credit IN ('available', 'owed')
          WHEN 'expire' THEN j.debit = 'available' AND j.credit = 'expired' AND j.grant_id IS NOT NULL
          ELSE false END
        AND (j.code NOT IN ('hold', 'capture', 'release', 'royalty', 'royalty_reversal', 'refund')
             OR j.hold_id IS NOT NULL)
        AND (SELECT coalesce(sum(t.credits) = j.credits AND min(t.credits) > 0 AND bool_and(t.no > 0)
                      AND count(t.cost) = count(*),
                    j.code IN ('open', 'royalty', 'royalty_reversal')
                      OR (j.code IN ('clawback', 'clawback_undo') AND 'owed' IN (j.debit, j.credit)))
             FROM unnest(j.lot_nos, j.lot_credits, j.lot_costs) AS t (no, credits, cost))
      ) IS NOT TRUE`,
  },
  {
    name: 'journal_is_a_chain',
    sql: `
      SELECT ${ROW}, format('does not follow its predecessor: %s available, %s held, %s owed at %s after %s, %s, %s at %s (row %s)',
        j.available, j.held, j.owed, j.effective_at, j.before_available, j.before_held, j.before_owed,
        j.before_effective_at, j.before_seq) AS problem
      FROM (
        SELECT *, lag(seq) OVER chain AS before_seq, lag(available) OVER chain AS before_available,
          lag(held) OVER chain AS before_held, lag(owed) OVER chain AS before_owed,
          lag(effective_at) OVER chain AS before_effective_at
        FROM ledger.journal WHERE wallet_id >= :from AND wallet_id <= :upto
        WINDOW chain AS (PARTITION BY wallet_id ORDER BY seq)
      ) j
      WHERE (j.seq = coalesce(j.before_seq + 1, 0)
        AND j.available = coalesce(j.before_available, 0) + ${MOVED.available}
        AND j.held = coalesce(j.before_held, 0) + ${MOVED.held}
        AND j.owed = coalesce(j.before_owed, 0) + ${MOVED.owed}
        AND j.effective_at >= coalesce(j.before_effective_at, j.effective_at)
        AND (j.prev_seq, j.prev_available, j.prev_held, j.prev_owed)
          = (coalesce(j.before_seq, 0), coalesce(j.before_available, 0), coalesce(j.before_held, 0), coalesce(j.before_owed, 0))
        ) IS NOT TRUE`,
  },
  {
    name: 'journal_rows_have_commands',
    sql: `
      SELECT named."table", named.id, j.wallet_id AS customer_id, CASE WHEN c.key IS NULL
        THEN format('its command %s is not recorded', j.command_key)
        ELSE format('row %s#%s leaves %s available, %s held, %s owed at %s; its command %s is recorded as %s for %s with %s, %s, %s at %s',
          j.wallet_id, j.seq, j.available, j.held, j.owed, j.effective_at, c.key, c.outcome, c.wallet_id, c.available,
          c.held, c.owed, c.effective_at) END AS problem
      FROM (
        SELECT DISTINCT ON (wallet_id, command_key) wallet_id, command_key, seq, available, held, owed, effective_at
        FROM ledger.journal
        -- What time has decided is carried out under whatever command comes by, also one that is then not recorded.
        WHERE wallet_id >= :from AND wallet_id <= :upto
          AND code <> 'open' AND (code <> 'expire' OR key <> 'expire:' || grant_id)
          AND (code <> 'release' OR key <> hold_id || '/expire')
        ORDER BY wallet_id, command_key, seq DESC
      ) j LEFT JOIN ledger.commands c ON c.key = j.command_key
        -- One of the two rows lies; which one cannot be said.
        CROSS JOIN LATERAL (VALUES ('ledger.journal', j.wallet_id || '#' || j.seq), ('ledger.commands', c.key))
          AS named ("table", id)
      WHERE named.id IS NOT NULL AND (c.wallet_id = j.wallet_id AND c.outcome = 'applied' AND c.available = j.available
        AND c.held = j.held AND c.owed = j.owed AND c.effective_at = j.effective_at) IS NOT TRUE`,
  },
];
