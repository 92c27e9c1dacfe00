import type { Check } from './check';
import { LOT_SUMS, MOVED, TOUCHED_LOTS, WALLET_SUMS } from './movements';

const IN_CHUNK = 'wallet_id >= :from AND wallet_id <= :upto';
const WALLETS = '(SELECT * FROM ledger.wallets WHERE id >= :from AND id <= :upto) w';
const WALLET_ROW = `'ledger.wallets' AS "table", coalesce(w.id, s.wallet_id) AS id, coalesce(w.id, s.wallet_id) AS customer_id`;

/** A wallet against every other record of its credits. */
export const WALLET_CHECKS: readonly Check[] = [
  {
    name: 'wallet_equals_journal',
    sql: `
      SELECT ${WALLET_ROW}, format('has %s available, %s held, %s owed after row %s; its journal adds up to %s, %s, %s in %s rows',
        w.available, w.held, w.owed, w.seq, s.available, s.held, s.owed, s.rows) AS problem
      FROM ${WALLETS} FULL JOIN (
        SELECT j.wallet_id, sum(${MOVED.available}) AS available, sum(${MOVED.held}) AS held, sum(${MOVED.owed}) AS owed,
          count(*) AS rows, max(j.effective_at) AS effective_at
        FROM ledger.journal j WHERE ${IN_CHUNK} GROUP BY j.wallet_id
      ) s ON s.wallet_id = w.id
      WHERE (w.available = s.available AND w.held = s.held AND w.owed = s.owed AND w.seq = s.rows - 1
        AND (w.available = 0 OR w.owed = 0) AND w.effective_at >= s.effective_at) IS NOT TRUE`,
  },
  {
    name: 'wallet_equals_lots',
    sql: `
      SELECT ${WALLET_ROW}, format('has %s available and %s held in %s lots; its lots have %s free and %s held in %s',
        w.available, w.held, w.lots, s.free, s.held, s.lots) AS problem
      FROM ${WALLETS} FULL JOIN (
        SELECT l.wallet_id, sum(l.free) AS free, sum(l.held) AS held, count(*) AS lots, max(l.lot_no) AS last
        FROM ledger.lots l WHERE ${IN_CHUNK} GROUP BY l.wallet_id
      ) s ON s.wallet_id = w.id
      WHERE (w.available = coalesce(s.free, 0) AND w.held = coalesce(s.held, 0) AND w.lots = coalesce(s.lots, 0)
        AND w.lots = coalesce(s.last, 0)) IS NOT TRUE`,
  },
  {
    name: 'held_equals_open_holds',
    sql: `
      SELECT ${WALLET_ROW}, format('has %s held; its open holds have %s', w.held, s.open) AS problem
      FROM ${WALLETS} FULL JOIN (
        SELECT h.wallet_id, sum(h.open) AS open FROM ledger.holds h WHERE h.state = 'open' AND ${IN_CHUNK} GROUP BY h.wallet_id
      ) s ON s.wallet_id = w.id
      WHERE (w.held = coalesce(s.open, 0)) IS NOT TRUE`,
  },
  {
    name: 'issued_equals_use',
    sql: `
      SELECT ${WALLET_ROW}, format('was issued %s credits; %s available + %s held - %s owed + %s used + %s expired + %s clawed back are not as many',
        s.issued, w.available, w.held, w.owed, s.used, s.expired, s.clawed) AS problem
      FROM ${WALLETS} FULL JOIN (
        SELECT j.wallet_id, ${WALLET_SUMS} FROM ledger.journal j WHERE ${IN_CHUNK} GROUP BY j.wallet_id
      ) s ON s.wallet_id = w.id
      WHERE (s.issued = w.available + w.held - w.owed + s.used + s.expired + s.clawed) IS NOT TRUE`,
  },
  {
    name: 'owed_equals_clawbacks',
    sql: `
      SELECT ${WALLET_ROW}, format('owes %s; its clawbacks left %s owed, of which its lots repaid %s', w.owed, s.owed, s.repaid) AS problem
      FROM ${WALLETS} FULL JOIN (
        SELECT wallet_id, sum(owed) AS owed, sum(repaid) AS repaid FROM (
          SELECT c.wallet_id, c.owed - c.owed_undone AS owed, 0 AS repaid FROM ledger.clawbacks c WHERE ${IN_CHUNK}
          UNION ALL SELECT l.wallet_id, 0, l.repaid FROM ledger.lots l WHERE ${IN_CHUNK}
        ) parts GROUP BY wallet_id
      ) s ON s.wallet_id = w.id
      WHERE (w.owed = coalesce(s.owed - s.repaid, 0)) IS NOT TRUE`,
  },
  {
    name: 'nothing_expires_unseen',
    sql: `
      SELECT ${WALLET_ROW}, format('looks for expiries from %s on; one is due at %s', w.due_at, s.expires_at) AS problem
      FROM ${WALLETS} JOIN (
        SELECT wallet_id, min(expires_at) AS expires_at FROM (
          SELECT l.wallet_id, l.expires_at FROM ledger.lots l WHERE l.free > 0 AND ${IN_CHUNK}
          UNION ALL SELECT h.wallet_id, h.expires_at FROM ledger.holds h WHERE h.state = 'open' AND ${IN_CHUNK}
        ) parts GROUP BY wallet_id
      ) s ON s.wallet_id = w.id
      WHERE s.expires_at IS NOT NULL AND (w.due_at <= s.expires_at) IS NOT TRUE`,
  },
];

const LOT_ROW = `'ledger.lots' AS "table", coalesce(l.grant_id, s.wallet_id || '/' || s.lot_no) AS id,
  coalesce(l.wallet_id, s.wallet_id) AS customer_id`;

/** A lot against the journal and against the holds that took from it. */
export const LOT_CHECKS: readonly Check[] = [
  {
    name: 'lots_equal_journal',
    sql: `
      SELECT ${LOT_ROW}, format(
        '%s = %s free + %s held + %s spent + %s repaid + %s expired + %s clawed by the lot, %s = %s + %s + %s + %s + %s + %s by its journal',
        l.credits, l.free, l.held, l.spent, l.repaid, l.expired, l.clawed,
        s.granted, s.free, s.held, s.spent, s.repaid, s.expired, s.clawed) AS problem
      FROM (SELECT * FROM ledger.lots WHERE ${IN_CHUNK}) l FULL JOIN (
        SELECT j.wallet_id, t.lot_no, ${LOT_SUMS} FROM ledger.journal j ${TOUCHED_LOTS}
        WHERE ${IN_CHUNK} GROUP BY j.wallet_id, t.lot_no
      ) s ON s.wallet_id = l.wallet_id AND s.lot_no = l.lot_no
      WHERE (l.credits = s.granted AND l.free = s.free AND l.held = s.held AND l.spent = s.spent AND l.repaid = s.repaid
        AND l.expired = s.expired AND l.clawed = s.clawed AND l.credits > 0 AND l.spendable = (l.free > 0)
        AND l.credits = l.free + l.held + l.spent + l.repaid + l.expired + l.clawed
        AND least(l.free, l.held, l.spent, l.repaid, l.expired, l.clawed) >= 0) IS NOT TRUE`,
  },
  {
    name: 'lot_costs_equal_journal',
    sql: `
      SELECT ${LOT_ROW}, format('cost %s %s for %s credits, of which %s are used; the journal says that %s of the cost left with them',
        l.cost_minor, coalesce(l.currency, '(no currency)'), l.credits, l.credits - l.free - l.held, s.cost) AS problem
      FROM ledger.lots l JOIN (
        SELECT j.wallet_id, t.lot_no, sum(t.cost) AS cost FROM ledger.journal j ${TOUCHED_LOTS}
        WHERE ${IN_CHUNK} GROUP BY j.wallet_id, t.lot_no
      ) s ON s.wallet_id = l.wallet_id AND s.lot_no = l.lot_no
      WHERE (l.cost_minor >= 0 AND (l.cost_minor = 0) = (l.currency IS NULL)
        AND (l.cost_minor = 0 OR l.source IN ('plan', 'add_on', 'migration'))
        AND s.cost = div(l.cost_minor::numeric * (l.credits - l.free - l.held), l.credits)) IS NOT TRUE`,
  },
  {
    name: 'lots_equal_open_holds',
    sql: `
      SELECT ${LOT_ROW}, format('has %s held; open holds took %s from it', l.held, s.open) AS problem
      FROM (SELECT * FROM ledger.lots WHERE ${IN_CHUNK}) l FULL JOIN (
        SELECT h.wallet_id, t.lot_no, sum(t.credits - t.captured - t.released) AS open
        FROM ledger.holds h JOIN ledger.hold_lots t ON t.hold_id = h.id
        WHERE h.state = 'open' AND ${IN_CHUNK} GROUP BY h.wallet_id, t.lot_no
      ) s ON s.wallet_id = l.wallet_id AND s.lot_no = l.lot_no
      WHERE (l.held = coalesce(s.open, 0)) IS NOT TRUE`,
  },
];
