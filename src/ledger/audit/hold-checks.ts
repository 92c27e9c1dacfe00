import type { Check } from './check';
import { HOLD_SUMS } from './movements';

/** What the journal says about holds, asked wallet by wallet. */
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
        AND h.refunded = s.refunded AND h.royalty = s.royalty AND h.royalty_reversed = s.royalty_reversed
        AND s.resolutions = CASE WHEN h.state = 'open' THEN 0 ELSE 1 END) IS NOT TRUE`,
  },
];

const HOLD_ROW = `'ledger.holds' AS "table", h.id, h.wallet_id AS customer_id`;

/** A hold by itself, and against the lots it took from. */
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
          WHEN 'captured' THEN h.open = 0 AND (h.captured > 0 OR h.credits = 0) AND h.settled_at IS NOT NULL
          WHEN 'voided' THEN h.open = 0 AND h.settled_at IS NOT NULL
          WHEN 'expired' THEN h.open = 0 AND h.settled_at IS NOT NULL AND h.expires_at IS NOT NULL
          ELSE false END
      ) IS NOT TRUE`,
  },
  {
    name: 'settled_holds_are_in_the_journal',
    sql: `
      SELECT ${HOLD_ROW}, format('is %s, but no journal row ended it', h.state) AS problem
      FROM ledger.holds h
      WHERE h.id = ANY(:ids) AND h.state <> 'open' AND h.credits > 0
        AND NOT EXISTS (SELECT FROM ledger.journal j WHERE j.hold_id = h.id AND j.resolves AND j.wallet_id = h.wallet_id)`,
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
  {
    name: 'holds_took_from_own_lots',
    sql: `
      SELECT 'ledger.hold_lots' AS "table", h.id || '/' || t.position AS id, h.wallet_id AS customer_id,
        format('took from lot %s, which the wallet does not have', t.lot_no) AS problem
      FROM ledger.holds h JOIN ledger.hold_lots t ON t.hold_id = h.id
        LEFT JOIN ledger.lots l ON l.wallet_id = h.wallet_id AND l.lot_no = t.lot_no
      WHERE h.id = ANY(:ids) AND l.lot_no IS NULL`,
  },
];
