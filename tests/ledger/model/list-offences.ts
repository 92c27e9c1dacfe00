import type { Knex } from 'knex';

/**
 * Every identity of the ledger that does not hold, as a readable line; none in a sound one. Written apart from the
 * product's audit, from the ledger's rules alone, and asked in one statement, so that it may run after every command of a test.
 * `wallets` limits it to the wallets whose ids begin so.
 */
export async function listOffences(db: Knex, wallets = ''): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: readonly { offence: string }[] }>(OFFENCES, {
    wallets: `${wallets}%`,
  });
  return rows.map(({ offence }) => offence);
}

const OFFENCES = `
WITH wallets AS (SELECT * FROM ledger.wallets WHERE id LIKE :wallets),
journal AS (SELECT * FROM ledger.journal WHERE wallet_id LIKE :wallets),
lots AS (SELECT * FROM ledger.lots WHERE wallet_id LIKE :wallets),
holds AS (SELECT * FROM ledger.holds WHERE wallet_id LIKE :wallets),
hold_lots AS (SELECT l.* FROM ledger.hold_lots l WHERE hold_id IN (SELECT id FROM holds)),
payments AS (SELECT * FROM ledger.payments WHERE wallet_id LIKE :wallets),
clawbacks AS (SELECT * FROM ledger.clawbacks WHERE wallet_id LIKE :wallets),
lot_sums AS (
  SELECT wallet_id, sum(free) AS free, sum(held) AS held, sum(repaid) AS repaid, count(*) AS lots FROM lots GROUP BY 1
), hold_sums AS (
  SELECT wallet_id, sum(open) AS open FROM holds GROUP BY 1
), debts AS (
  SELECT wallet_id, sum(owed - owed_undone) AS owed FROM clawbacks GROUP BY 1
), chain AS (
  SELECT wallet_id, max(seq) AS seq, count(*) AS rows, bool_and(ok) AS ordered FROM (
    SELECT wallet_id, seq, coalesce(effective_at >= lag(effective_at) OVER (PARTITION BY wallet_id ORDER BY seq), true) AS ok
    FROM journal) j GROUP BY 1
), touched AS (
  SELECT j.wallet_id, t.lot_no, j.code, j.debit, j.credit, j.from_repaid, t.credits, t.cost
  FROM journal j CROSS JOIN LATERAL unnest(j.lot_nos, j.lot_credits, j.lot_costs) t (lot_no, credits, cost)
), lot_history AS (
  SELECT wallet_id, lot_no, sum(cost) AS cost,
    sum(CASE 'available' WHEN credit THEN credits WHEN debit THEN -credits ELSE 0 END) AS free,
    sum(CASE 'held' WHEN credit THEN credits WHEN debit THEN -credits ELSE 0 END) AS held,
    sum(CASE code WHEN 'capture' THEN credits WHEN 'refund' THEN -credits ELSE 0 END) AS spent,
    sum(CASE WHEN credit = 'owed' THEN credits WHEN from_repaid THEN -credits ELSE 0 END) AS repaid,
    sum(CASE code WHEN 'expire' THEN credits ELSE 0 END) AS expired,
    sum(CASE WHEN code = 'clawback' THEN credits WHEN code = 'clawback_undo' AND NOT from_repaid THEN -credits ELSE 0 END)
      AS clawed
  FROM touched GROUP BY 1, 2
)
SELECT 'wallet ' || w.id || ' is not the sum of its parts' AS offence
FROM wallets w LEFT JOIN lot_sums l ON l.wallet_id = w.id LEFT JOIN hold_sums h ON h.wallet_id = w.id
  LEFT JOIN debts d ON d.wallet_id = w.id
WHERE (w.available, w.held, w.held, w.owed, w.lots) IS DISTINCT FROM (coalesce(l.free, 0), coalesce(l.held, 0),
  coalesce(h.open, 0), coalesce(d.owed, 0) - coalesce(l.repaid, 0), coalesce(l.lots, 0))
UNION ALL
SELECT 'wallet ' || w.id || ' is not where its journal ends, or the journal has gaps or goes back in time'
FROM wallets w LEFT JOIN chain c ON c.wallet_id = w.id
WHERE (w.seq, w.seq + 1, true) IS DISTINCT FROM (c.seq, c.rows, c.ordered)
UNION ALL
SELECT 'lot ' || l.grant_id || ' is not what its rows say'
FROM lots l LEFT JOIN lot_history t ON t.wallet_id = l.wallet_id AND t.lot_no = l.lot_no
WHERE (l.free, l.held, l.spent, l.repaid, l.expired, l.clawed) IS DISTINCT FROM
  (t.free, t.held, t.spent, t.repaid, t.expired, t.clawed)
UNION ALL
SELECT 'lot ' || l.grant_id || ' has left another cost behind than its consumed credits have'
FROM lots l LEFT JOIN lot_history t ON t.wallet_id = l.wallet_id AND t.lot_no = l.lot_no
WHERE t.cost IS DISTINCT FROM div(l.cost_minor::numeric * (l.credits - l.free - l.held), l.credits)
UNION ALL
SELECT 'hold ' || h.id || ' is not the sum of its lots'
FROM holds h LEFT JOIN (
  SELECT hold_id, sum(credits) AS credits, sum(captured) AS captured, sum(released) AS released, sum(refunded) AS refunded
  FROM hold_lots GROUP BY 1) l ON l.hold_id = h.id
WHERE (h.credits, h.captured, h.released, h.refunded) IS DISTINCT FROM
  (coalesce(l.credits, 0), coalesce(l.captured, 0), coalesce(l.released, 0), coalesce(l.refunded, 0))
UNION ALL
SELECT 'hold ' || h.id || ' is not what its rows say'
FROM holds h LEFT JOIN (
  SELECT hold_id, count(*) FILTER (WHERE resolves) AS ends,
    sum(credits) FILTER (WHERE code = 'hold') AS credits, sum(credits) FILTER (WHERE code = 'capture') AS captured,
    sum(credits) FILTER (WHERE code = 'release') AS released, sum(credits) FILTER (WHERE code = 'refund') AS refunded,
    sum(credits) FILTER (WHERE code = 'royalty') AS royalty,
    sum(credits) FILTER (WHERE code = 'royalty_reversal') AS reversed
  FROM journal WHERE hold_id IS NOT NULL GROUP BY 1) j ON j.hold_id = h.id
WHERE (h.credits, h.captured, h.released, h.refunded, h.royalty, h.royalty_reversed, (h.state <> 'open' AND h.credits > 0)::int)
  IS DISTINCT FROM (coalesce(j.credits, 0), coalesce(j.captured, 0), coalesce(j.released, 0), coalesce(j.refunded, 0),
  coalesce(j.royalty, 0), coalesce(j.reversed, 0), coalesce(j.ends, 0))
UNION ALL
SELECT 'hold ' || h.id || ' is free and cost something, or its end does not go with what came of it'
FROM holds h
WHERE (h.free AND h.credits > 0) OR (h.state = 'open') <> (h.fulfilled IS NULL)
   OR (h.given_back IS NOT NULL AND (h.captured > 0 OR h.fulfilled IS NOT TRUE))
   OR (h.credits = 0 AND (h.state = 'captured') <> coalesce(h.fulfilled, false))
UNION ALL
SELECT 'wallet ' || h.wallet_id || ' holds ' || h.exclusive || ' more than once'
FROM holds h WHERE h.state IN ('open', 'captured') AND h.exclusive IS NOT NULL
GROUP BY h.wallet_id, h.exclusive HAVING count(*) > 1
UNION ALL
SELECT 'wallet ' || n.wallet_id || ' has more left of ' || n.allowance || ' than it may'
FROM (SELECT DISTINCT ON (wallet_id, allowance) wallet_id, allowance, up_to FROM lots WHERE allowance IS NOT NULL
  ORDER BY wallet_id, allowance, lot_no DESC) n
WHERE n.up_to < (SELECT sum(free + held) FROM lots l WHERE l.wallet_id = n.wallet_id AND l.allowance = n.allowance)
UNION ALL
SELECT 'payment ' || p.id || ' has other grants or clawbacks than it says'
FROM payments p
WHERE (p.granted, p.clawed) IS DISTINCT FROM (
  (SELECT coalesce(sum(credits), 0) FROM lots WHERE payment_id = p.id),
  (SELECT coalesce(sum(credits - undone), 0) FROM clawbacks WHERE payment_id = p.id))
UNION ALL
SELECT 'wallet ' || w.id || ' does not know when it is due'
FROM wallets w
WHERE (SELECT min(expires_at) FROM lots WHERE wallet_id = w.id AND free > 0) < coalesce(w.due_at, 'infinity')
   OR (SELECT min(expires_at) FROM holds WHERE wallet_id = w.id AND state = 'open') < coalesce(w.due_at, 'infinity')
UNION ALL
SELECT 'the house does not balance'
WHERE (SELECT coalesce(sum(credits), 0) FROM journal WHERE debit LIKE 'issued:%') IS DISTINCT FROM
  (SELECT sum(CASE WHEN credit LIKE 'revenue:%' OR credit IN ('expired', 'clawed_back') THEN credits ELSE 0 END)
     - sum(CASE WHEN debit LIKE 'revenue:%' OR debit IN ('expired', 'clawed_back') THEN credits ELSE 0 END)
     + sum(CASE WHEN code = 'royalty' THEN credits WHEN code = 'royalty_reversal' THEN -credits ELSE 0 END)
     + (SELECT sum(available + held - owed) FROM wallets) FROM journal)
`;
