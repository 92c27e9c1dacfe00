import type { Check } from './check';

const IN_CHUNK = 'wallet_id >= :from AND wallet_id <= :upto';
const LOT_ROW = `'ledger.lots' AS "table", l.grant_id AS id, l.wallet_id AS customer_id`;

/** Every grant against the key that makes it happen once, and the payment for it. */
export const GRANT_CHECKS: readonly Check[] = [
  {
    name: 'grants_have_keys',
    sql: `
      SELECT ${LOT_ROW}, format('is a grant from %s under the key %s (%s of them), recorded as %s %s for grant %s', l.source,
        coalesce(s.key, '(none)'), coalesce(s.keys, 0), c.op, c.outcome, c.reply ->> 'grantId') AS problem
      FROM ledger.lots l LEFT JOIN (
        SELECT j.wallet_id, j.grant_id, min(j.command_key) AS key, count(DISTINCT j.command_key) AS keys,
          min(j.debit) AS debit, count(DISTINCT j.debit) AS debits, min(j.effective_at) AS effective_at,
          array_agg(DISTINCT j.lot_nos[1]) AS lots, array_agg(DISTINCT j.order_id::text) AS orders,
          array_agg(DISTINCT j.subscription_id::text) AS subscriptions
        FROM ledger.journal j WHERE j.code = 'grant' AND ${IN_CHUNK} GROUP BY j.wallet_id, j.grant_id
      ) s ON s.wallet_id = l.wallet_id AND s.grant_id = l.grant_id
        LEFT JOIN ledger.commands c ON c.key = s.key
      WHERE l.wallet_id >= :from AND l.wallet_id <= :upto AND (
        s.keys = 1 AND s.debits = 1 AND s.lots = ARRAY[l.lot_no] AND s.debit = 'issued:' || l.source
        AND s.orders = ARRAY[l.order_id::text] AND s.subscriptions = ARRAY[l.subscription_id::text]
        AND s.effective_at = l.granted_at
        AND c.op = 'grant' AND c.outcome = 'applied' AND c.wallet_id = l.wallet_id AND c.reply ->> 'grantId' = l.grant_id
        AND CASE l.source
          WHEN 'plan' THEN CASE WHEN l.subscription_id IS NOT NULL THEN starts_with(s.key, 'cycle:' || l.subscription_id || ':')
            ELSE starts_with(s.key, 'once:' || l.wallet_id || ':')
              OR starts_with(s.key, 'grant:' || l.wallet_id || ':' || l.allowance || ':') END
          WHEN 'add_on' THEN s.key = 'add_on:' || l.order_id
          WHEN 'signup' THEN s.key = 'signup:' || l.wallet_id OR starts_with(s.key, 'once:' || l.wallet_id || ':')
          WHEN 'migration' THEN starts_with(s.key, 'migration:')
          ELSE starts_with(s.key, 'adjustment:') END
      ) IS NOT TRUE`,
  },
  {
    name: 'allowances_say_what_was_granted',
    sql: `
      SELECT ${LOT_ROW}, format('is of allowance %s up to %s with %s credits; its grant is recorded as %s of %s up to %s',
        l.allowance, l.up_to, l.credits, c.reply ->> 'granted', c.reply ->> 'allowance', c.reply ->> 'upTo') AS problem
      FROM ledger.lots l
        JOIN LATERAL (
          SELECT min(j.command_key) AS key FROM ledger.journal j
          WHERE j.code = 'grant' AND j.wallet_id = l.wallet_id AND j.grant_id = l.grant_id
        ) s ON true
        LEFT JOIN ledger.commands c ON c.key = s.key
      WHERE l.wallet_id >= :from AND l.wallet_id <= :upto AND (l.allowance IS NOT DISTINCT FROM c.reply ->> 'allowance'
        AND l.up_to::bigint IS NOT DISTINCT FROM (c.reply ->> 'upTo')::bigint
        AND l.credits = coalesce((c.reply ->> 'granted')::bigint, l.credits)) IS NOT TRUE`,
  },
  {
    name: 'allowances_keep_their_limit',
    sql: `
      SELECT ${LOT_ROW}, format('allows %s of %s; %s are left', l.up_to, l.allowance, n.left) AS problem
      FROM (
        SELECT wallet_id, max(lot_no) AS newest, sum(free + held) AS left FROM ledger.lots
        WHERE allowance IS NOT NULL AND ${IN_CHUNK} GROUP BY wallet_id, allowance
      ) n JOIN ledger.lots l ON l.wallet_id = n.wallet_id AND l.lot_no = n.newest
      WHERE (n.left <= l.up_to) IS FALSE`,
  },
  {
    name: 'expiries_had_a_reason',
    sql: `
      SELECT ${LOT_ROW}, format('expired %s, with no end and no limit that says why', l.expired) AS problem
      FROM ledger.lots l JOIN (
        SELECT j.wallet_id, j.lot_nos[1] AS lot_no, bool_or(j.key = 'expire:' || j.grant_id) AS by_time,
          bool_or(j.key <> 'expire:' || j.grant_id) AS by_limit
        FROM ledger.journal j WHERE j.code = 'expire' AND ${IN_CHUNK} GROUP BY 1, 2
      ) e ON e.wallet_id = l.wallet_id AND e.lot_no = l.lot_no
      WHERE ((l.expires_at IS NOT NULL OR NOT e.by_time) AND (l.allowance IS NOT NULL OR NOT e.by_limit)) IS NOT TRUE`,
  },
  {
    name: 'grants_have_payments',
    sql: `
      SELECT ${LOT_ROW}, CASE WHEN l.payment_id IS NULL THEN format('is a grant from %s without a payment', l.source)
        WHEN p.id IS NULL THEN format('names payment %s, which is not recorded', l.payment_id)
        ELSE format('names payment %s of %s over %s %s for %s credits', p.id, p.customer_id, p.amount_minor, p.currency,
          p.credits) END AS problem
      FROM ledger.lots l
        LEFT JOIN app.payments p ON p.id = l.payment_id
        LEFT JOIN ledger.payments g ON g.id = l.payment_id
      WHERE l.wallet_id >= :from AND l.wallet_id <= :upto AND CASE
        -- What a plan gives by the day, or once, nobody has paid for.
        WHEN l.source = 'plan' AND l.subscription_id IS NULL THEN (l.payment_id IS NULL AND l.cost_minor = 0) IS NOT TRUE
        WHEN l.source IN ('plan', 'add_on') THEN
        (p.customer_id = l.wallet_id AND g.wallet_id = l.wallet_id AND l.credits <= p.credits
          AND (p.order_id = l.order_id OR p.subscription_id = l.subscription_id)
          AND (l.cost_minor = 0 OR (l.currency = p.currency AND l.cost_minor <= p.amount_minor))) IS NOT TRUE
        ELSE l.payment_id IS NOT NULL END`,
  },
  {
    name: 'clawbacks_equal_journal',
    sql: `
      SELECT 'ledger.clawbacks' AS "table", coalesce(s.ids, s.wallet_id) AS id, s.wallet_id AS customer_id,
        format('took %s (%s of them as a debt) and undid %s, out of lots %s; the journal says %s, %s and %s, out of %s',
          s.credits, s.owed, s.undone, s.lots, s.journal_credits, s.journal_owed, s.journal_undone, s.journal_lots) AS problem
      FROM (
        SELECT wallet_id, sum(credits) AS credits, sum(owed) AS owed, sum(undone) AS undone, string_agg(id, ', ') AS ids,
          coalesce(bool_and(sound), true) AS sound, sum(journal_credits) AS journal_credits,
          sum(journal_owed) AS journal_owed, sum(journal_undone) AS journal_undone,
          array_agg(lots ORDER BY lots) FILTER (WHERE id IS NOT NULL AND lots IS NOT NULL) AS lots,
          array_agg(lots ORDER BY lots) FILTER (WHERE id IS NULL AND lots IS NOT NULL) AS journal_lots
        FROM (
          SELECT c.wallet_id, c.id, c.credits, c.owed, c.undone, 0 AS journal_credits, 0 AS journal_owed, 0 AS journal_undone,
            c.undone <= c.credits AND c.owed_undone <= c.owed AND c.owed_undone <= c.undone AND c.owed >= 0
              AND c.credits = c.owed + coalesce((SELECT sum(t) FROM unnest(c.lot_credits) t), 0) AS sound,
            CASE WHEN cardinality(c.lot_nos) > 0 THEN ROW(c.lot_nos, c.lot_credits)::text END AS lots
          FROM ledger.clawbacks c WHERE ${IN_CHUNK}
          UNION ALL
          SELECT j.wallet_id, NULL, 0, 0, 0, CASE j.code WHEN 'clawback' THEN j.credits ELSE 0 END,
            CASE WHEN j.code = 'clawback' AND j.debit = 'owed' THEN j.credits ELSE 0 END,
            CASE j.code WHEN 'clawback_undo' THEN j.credits ELSE 0 END, NULL,
            CASE WHEN j.code = 'clawback' AND cardinality(j.lot_nos) > 0 THEN ROW(j.lot_nos, j.lot_credits)::text END
          FROM ledger.journal j WHERE j.code IN ('clawback', 'clawback_undo') AND ${IN_CHUNK}
        ) parts GROUP BY wallet_id
      ) s
      WHERE (s.sound AND s.credits = s.journal_credits AND s.owed = s.journal_owed AND s.undone = s.journal_undone
        AND s.lots IS NOT DISTINCT FROM s.journal_lots) IS NOT TRUE`,
  },
];

/** The credits of a payment, against its lots and its clawbacks. */
export const PAYMENT_CHECKS: readonly Check[] = [
  {
    name: 'payments_equal_lots',
    sql: `
      SELECT 'ledger.payments' AS "table", p.id, p.wallet_id AS customer_id,
        format('granted %s and clawed back %s; its lots have %s, its clawbacks %s', p.granted, p.clawed, s.granted, c.clawed) AS problem
      FROM ledger.payments p
        LEFT JOIN LATERAL (
          SELECT coalesce(sum(l.credits), 0) AS granted, coalesce(bool_and(l.wallet_id = p.wallet_id), true) AS own
          FROM ledger.lots l WHERE l.payment_id = p.id
        ) s ON true
        LEFT JOIN LATERAL (
          SELECT coalesce(sum(b.credits - b.undone), 0) AS clawed
          FROM ledger.clawbacks b WHERE b.wallet_id = p.wallet_id AND b.payment_id = p.id
        ) c ON true
      WHERE p.id = ANY(:ids) AND (p.granted = s.granted AND s.own AND p.clawed = c.clawed AND p.clawed <= p.granted) IS NOT TRUE`,
  },
];
