import type { Check } from './check';

/** Every spend against its hold: both are written in one transaction. */
export const SPEND_CHECKS: readonly Check[] = [
  {
    name: 'spends_equal_holds',
    sql: `
      SELECT 'app.spends' AS "table", s.id, s.customer_id,
        CASE WHEN h.id IS NULL THEN 'has no hold' ELSE format(
          'is %s with %s reserved, %s captured, %s released; its hold is %s with %s held, %s captured, %s released, fulfilled: %s',
          s.status, s.reserved, s.captured, s.released, h.state, h.credits, h.captured, h.released, h.fulfilled) END AS problem
      FROM app.spends s
        LEFT JOIN ledger.commands c ON c.key = s.id || '/hold'
        LEFT JOIN ledger.holds h ON c.outcome = 'applied' AND h.id = c.reply ->> 'holdId'
      -- Before a hold could be exclusive, what was held already was recorded under an outcome of its own, without a hold.
      WHERE s.id = ANY(:ids) AND NOT (c.wallet_id IS NOT DISTINCT FROM s.customer_id AND s.reserved = 0
          AND c.outcome IS NOT DISTINCT FROM 'already_licensed')
        AND (h.spend_id = s.id AND h.wallet_id = s.customer_id AND h.credits = s.reserved
        AND CASE WHEN s.status IN ('succeeded', 'failed', 'canceled')
          THEN h.state <> 'open' AND h.fulfilled = (s.status = 'succeeded') AND h.captured = s.captured AND h.released = s.released
          ELSE h.state = 'open' END) IS NOT TRUE`,
  },
];

/** Every hold of a spend has its spend, which has not ended while the hold is open. */
export const SPEND_HOLD_CHECKS: readonly Check[] = [
  {
    name: 'holds_have_spends',
    sql: `
      SELECT 'ledger.holds' AS "table", h.id, h.wallet_id AS customer_id,
        format('is %s for spend %s, which %s', h.state, h.spend_id, coalesce('is ' || s.status, 'is not recorded')) AS problem
      FROM ledger.holds h LEFT JOIN app.spends s ON s.id = h.spend_id
      WHERE h.id = ANY(:ids) AND h.spend_id IS NOT NULL
        AND (s.customer_id = h.wallet_id AND (h.state = 'open') = (s.status IN ('reserved', 'running'))) IS NOT TRUE`,
  },
];

/** An order is paid exactly when its credits are granted. */
export const ORDER_CHECKS: readonly Check[] = [
  {
    name: 'paid_orders_have_grants',
    sql: `
      SELECT 'app.add_on_orders' AS "table", o.id, o.customer_id,
        CASE WHEN l.grant_id IS NULL THEN 'is paid, but nothing was granted' ELSE format(
          'is %s over %s credits, but grant %s gave %s', o.status, o.credits, l.grant_id, l.credits) END AS problem
      FROM app.add_on_orders o
        LEFT JOIN ledger.commands c ON c.key = 'add_on:' || o.id AND c.outcome = 'applied'
        LEFT JOIN ledger.lots l ON l.grant_id = c.reply ->> 'grantId'
      WHERE o.id = ANY(:ids) AND CASE WHEN o.status = 'paid'
        THEN (l.wallet_id = o.customer_id AND l.order_id = o.id AND l.credits = o.credits) IS NOT TRUE
        ELSE l.grant_id IS NOT NULL END`,
  },
];

/** No payment without its grant: a payment whose period has begun was granted for, unless its plan is paused. */
export const MONEY_CHECKS: readonly Check[] = [
  {
    name: 'payments_have_grants',
    secondLook: true,
    sql: `
      SELECT 'app.payments' AS "table", p.id, p.customer_id,
        format('%s %s were paid for %s credits, of which none was granted', p.amount_minor, p.currency, p.credits) AS problem
      FROM app.payments p LEFT JOIN app.subscriptions s ON s.id = p.subscription_id
      WHERE p.id = ANY(:ids) AND NOT EXISTS (SELECT FROM ledger.lots l WHERE l.payment_id = p.id)
        -- The limit of an allowance may have left nothing to bring.
        AND NOT EXISTS (SELECT FROM ledger.payments g WHERE g.id = p.id AND g.wallet_id = p.customer_id AND g.granted = 0)
        AND (p.order_id IS NOT NULL OR (p.period_start <= :checkedAt::timestamptz AND s.status <> 'paused'))`,
  },
];

/** Every licence was paid for by its spend, and its key is held so that it is sold once. */
export const LICENSE_CHECKS: readonly Check[] = [
  {
    name: 'licenses_were_paid',
    sql: `
      SELECT 'app.licenses' AS "table", i.id, i.customer_id,
        format('cost %s; its spend %s is %s with %s captured, and its hold has the key %s', i.credits, i.spend_id, s.status,
          s.captured, h.exclusive) AS problem
      FROM app.licenses i LEFT JOIN app.spends s ON s.id = i.spend_id
        LEFT JOIN ledger.commands c ON c.key = i.spend_id || '/hold'
        LEFT JOIN ledger.holds h ON h.id = c.reply ->> 'holdId'
      WHERE i.id = ANY(:ids) AND (s.customer_id = i.customer_id AND s.status = 'succeeded' AND s.captured = i.credits
        AND h.exclusive = 'license:' || i.image_id) IS NOT TRUE`,
  },
];
