import type { Check } from './check';
import { HOLD_SUMS } from './movements';

/** Holds against the journal, wallet by wallet. */
export const HOLD_JOURNAL_CHECKS: readonly Check[] = [
  {
    name: 'holds_equal_journal',
    sql: `
      SELECT 'ledger.holds' AS "table", s.hold_id AS id, s.wallet_id AS customer_id,
        CASE WHEN h.id IS NULL THEN 'is in the journal and nowhere else' ELSE
        format('%s: %s held, %s captured, %s released, %s refunded for %s; its journal says %s, %s, %s, %s and %s resolutions',
          h.state, h.credits, h.captured, h.released, h.refunded, h.wallet_id, s.credits, s.captured, s.released,
          s.refunded, s.resolutions) END AS problem
      FROM (
        SELECT j.wallet_id, j.hold_id, ${HOLD_SUMS} FROM ledger.journal j
        WHERE j.hold_id IS NOT NULL AND j.wallet_id >= :from AND j.wallet_id <= :upto GROUP BY j.wallet_id, j.hold_id
      ) s LEFT JOIN ledger.holds h ON h.id = s.hold_id
      WHERE (h.wallet_id = s.wallet_id AND h.credits = s.credits AND h.captured = s.captured AND h.released = s.released
        AND h.created_at = s.created_at AND h.refunded = s.refunded AND h.royalty = s.royalty AND h.royalty_reversed = s.royalty_reversed
        AND s.resolutions = CASE WHEN h.state = 'open' THEN 0 ELSE 1 END) IS NOT TRUE`,
  },
  {
    name: 'holds_name_their_accounts',
    sql: `
      SELECT 'ledger.holds' AS "table", h.id, h.wallet_id AS customer_id,
        format('is for %s by %s for spend %s; its journal books %s, %s, %s', h.action, coalesce(h.creator_id, '(nobody)'),
          coalesce(h.spend_id, '(none)'), s.revenues, s.creators, s.spends) AS problem
      FROM (
        SELECT j.wallet_id, j.hold_id, ${HOLD_SUMS} FROM ledger.journal j
        WHERE j.hold_id IS NOT NULL AND j.wallet_id >= :from AND j.wallet_id <= :upto GROUP BY j.wallet_id, j.hold_id
      ) s JOIN ledger.holds h ON h.id = s.hold_id
      WHERE (coalesce(s.revenues = ARRAY['revenue:' || h.action], true)
        AND coalesce(s.creators = ARRAY['creator:' || h.creator_id], true)
        AND s.spends IS NOT DISTINCT FROM ARRAY[h.spend_id::text]) IS NOT TRUE`,
  },
  {
    name: 'hold_lots_equal_journal',
    sql: `
      SELECT 'ledger.hold_lots' AS "table", s.hold_id || '/' || s.lot_no AS id, s.wallet_id AS customer_id,
        format('%s held, %s captured, %s released, %s refunded; its journal says %s, %s, %s, %s', t.credits, t.captured,
          t.released, t.refunded, s.credits, s.captured, s.released, s.refunded) AS problem
      FROM (
        SELECT j.wallet_id, j.hold_id, l.lot_no,
          sum(CASE WHEN j.code = 'hold' THEN l.credits ELSE 0 END) AS credits,
          sum(CASE WHEN j.code = 'capture' THEN l.credits ELSE 0 END) AS captured,
          sum(CASE WHEN j.code = 'release' THEN l.credits ELSE 0 END) AS released,
          sum(CASE WHEN j.code = 'refund' THEN l.credits ELSE 0 END) AS refunded
        FROM ledger.journal j CROSS JOIN LATERAL unnest(j.lot_nos, j.lot_credits) AS l (lot_no, credits)
        WHERE j.hold_id IS NOT NULL AND j.wallet_id >= :from AND j.wallet_id <= :upto
        GROUP BY j.wallet_id, j.hold_id, l.lot_no
      ) s LEFT JOIN LATERAL (
        SELECT sum(h.credits) AS credits, sum(h.captured) AS captured, sum(h.released) AS released, sum(h.refunded) AS refunded
        FROM ledger.hold_lots h WHERE h.hold_id = s.hold_id AND h.lot_no = s.lot_no
      ) t ON true
      WHERE (t.credits = s.credits AND t.captured = s.captured AND t.released = s.released AND t.refunded = s.refunded) IS NOT TRUE`,
  },
];

const HOLD_ROW = `'ledger.holds' AS "table", h.id, h.wallet_id AS customer_id`;

/** A hold on its own, and against the lots it took from. */
export const HOLD_CHECKS: readonly Check[] = [
  {
    name: 'holds_add_up',
    sql: `
      SELECT ${HOLD_ROW}, format('%s: %s held, %s open, %s captured, %s released, %s refunded, %s royalty do not go together',
        h.state, h.credits, h.open, h.captured, h.released, h.refunded, h.royalty) AS problem
      FROM ledger.holds h
      WHERE h.id = ANY(:ids) AND (
        h.credits = h.open + h.captured + h.released AND least(h.open, h.captured, h.released, h.refunded) >= 0
        AND h.captured + h.released <= h.credits AND h.refunded <= h.captured
        AND h.royalty_reversed <= h.royalty AND h.royalty <= h.captured
        AND (h.expires_at IS NULL OR h.spend_id IS NULL)
        AND CASE h.state WHEN 'open' THEN (h.open > 0 OR h.credits = 0) AND h.settled_at IS NULL
          WHEN 'captured' THEN h.open = 0 AND (h.captured > 0 OR (h.credits = 0 AND h.fulfilled)) AND h.settled_at IS NOT NULL
          WHEN 'voided' THEN h.open = 0 AND h.settled_at IS NOT NULL
          WHEN 'expired' THEN h.open = 0 AND h.settled_at IS NOT NULL AND h.expires_at IS NOT NULL
          ELSE false END
        AND (h.state = 'open') = (h.fulfilled IS NULL) AND (h.credits = 0 OR NOT h.free) AND h.free IS NOT NULL
        AND (h.given_back IS NULL OR (h.captured = 0 AND h.fulfilled))
      ) IS NOT TRUE`,
  },
  {
    name: 'exclusive_holds_are_held_once',
    sql: `
      SELECT ${HOLD_ROW}, format('is %s with the key %s, and so is hold %s', h.state, h.exclusive, o.id) AS problem
      FROM ledger.holds h JOIN ledger.holds o ON o.wallet_id = h.wallet_id AND o.exclusive = h.exclusive AND o.id <> h.id
      WHERE h.id = ANY(:ids) AND h.exclusive IS NOT NULL AND h.state IN ('open', 'captured')
        AND o.state IN ('open', 'captured')`,
  },
  {
    name: 'free_holds_were_given',
    sql: `
      SELECT ${HOLD_ROW}, CASE WHEN h.free THEN 'is free, which its command does not say' ELSE 'costs nothing, though its command says that it was free' END
        AS problem
      FROM ledger.holds h LEFT JOIN ledger.commands c ON c.key = h.spend_id || '/hold' AND c.reply ->> 'holdId' = h.id
      WHERE h.id = ANY(:ids) AND h.spend_id IS NOT NULL AND h.credits = 0
        AND (h.free = coalesce((c.reply ->> 'free')::boolean, false)) IS NOT TRUE`,
  },
  {
    name: 'free_work_was_refunded',
    sql: `
      SELECT ${HOLD_ROW}, format('was given back by %s, which is recorded as %s %s of hold %s', h.given_back, c.op, c.outcome,
        c.reply ->> 'holdId') AS problem
      FROM ledger.holds h LEFT JOIN ledger.commands c ON c.key = h.given_back
      WHERE h.id = ANY(:ids) AND h.given_back IS NOT NULL
        AND (c.op = 'refund' AND c.outcome = 'applied' AND c.wallet_id = h.wallet_id AND c.reply ->> 'holdId' = h.id
          AND (c.reply ->> 'refunded')::numeric = 0) IS NOT TRUE`,
  },
  {
    name: 'settled_holds_are_in_the_journal',
    sql: `
      SELECT ${HOLD_ROW}, CASE WHEN j.hold_id IS NULL THEN format('is %s, but no journal row ended it', h.state)
        ELSE format('is %s since %s; row %s#%s of command %s ended it at %s', h.state, h.settled_at, j.wallet_id, j.seq,
          j.command_key, j.effective_at) END AS problem
      FROM ledger.holds h
        LEFT JOIN ledger.journal j ON j.hold_id = h.id AND j.resolves AND j.wallet_id = h.wallet_id
        LEFT JOIN ledger.commands c ON c.key = j.command_key
      WHERE h.id = ANY(:ids) AND h.state <> 'open' AND h.credits > 0 AND (h.settled_at = j.effective_at AND h.state = CASE
        WHEN j.key = h.id || '/expire' THEN 'expired'
        WHEN c.reply ->> 'holdId' <> h.id THEN NULL
        -- Held and captured at once.
        WHEN c.op = 'hold' THEN 'captured'
        ELSE c.reply -> 'hold' ->> 'status' END) IS NOT TRUE`,
  },
  {
    name: 'holds_equal_their_lots',
    sql: `
      SELECT ${HOLD_ROW}, format('%s held, %s captured, %s released, %s refunded; by lots %s, %s, %s, %s', h.credits,
        h.captured, h.released, h.refunded, s.credits, s.captured, s.released, s.refunded) AS problem
      FROM ledger.holds h LEFT JOIN (
        SELECT t.hold_id, sum(t.credits) AS credits, sum(t.captured) AS captured, sum(t.released) AS released,
          sum(t.refunded) AS refunded, count(*) AS lots, max(t.position) AS last,
          bool_and(t.credits > 0 AND t.captured + t.released <= t.credits AND t.refunded <= t.captured
            AND least(t.captured, t.released, t.refunded) >= 0) AS sound
        FROM ledger.hold_lots t WHERE t.hold_id = ANY(:ids) GROUP BY t.hold_id
      ) s ON s.hold_id = h.id
      WHERE h.id = ANY(:ids) AND (h.credits = coalesce(s.credits, 0) AND h.captured = coalesce(s.captured, 0)
        AND h.released = coalesce(s.released, 0) AND h.refunded = coalesce(s.refunded, 0)
        AND coalesce(s.lots = s.last AND s.sound, true)) IS NOT TRUE`,
  },
  {
    name: 'hold_lots_have_holds',
    wholeLedgerOnly: true,
    sql: `
      SELECT 'ledger.hold_lots' AS "table", t.hold_id || '/' || t.position AS id, NULL AS customer_id,
        'belongs to no hold' AS problem
      FROM ledger.hold_lots t LEFT JOIN ledger.holds h ON h.id = t.hold_id
      WHERE t.hold_id >= :from AND t.hold_id <= :upto AND h.id IS NULL`,
  },
];
