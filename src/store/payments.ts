import type { Knex } from 'knex';
import type { Money } from '../domain/catalog/catalog';
import type { Instant } from '../domain/instants';
import type { StoreRecord } from '../ledger/commands';

/** Money that entitles to credits: of a subscription for a period, or of an add-on order. */
export interface Payment {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
  readonly plan: string | null;
  /** What was paid for; null for an order. */
  readonly period: { readonly start: Instant; readonly end: Instant } | null;
  /** All that it entitles to, every cycle of a year included. */
  readonly credits: number;
  readonly paid: Money;
  readonly stripePaymentIntentId: string | null;
  readonly paidAt: Instant;
}

interface PaymentRow {
  id: string;
  customer_id: string;
  subscription_id: string | null;
  order_id: string | null;
  plan: string | null;
  period_start: Instant | null;
  period_end: Instant | null;
  credits: number;
  amount_minor: number;
  currency: string;
  stripe_payment_intent_id: string | null;
  paid_at: Instant;
}

export function paymentOf(row: PaymentRow): Payment {
  const { period_start: start, period_end: end } = row;
  return {
    id: row.id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    orderId: row.order_id,
    plan: row.plan,
    period: start === null || end === null ? null : { start, end },
    credits: row.credits,
    paid: { amountMinor: row.amount_minor, currency: row.currency },
    stripePaymentIntentId: row.stripe_payment_intent_id,
    paidAt: row.paid_at,
  };
}

export function paymentRowOf(payment: Payment): PaymentRow {
  return {
    id: payment.id,
    customer_id: payment.customerId,
    subscription_id: payment.subscriptionId,
    order_id: payment.orderId,
    plan: payment.plan,
    period_start: payment.period?.start ?? null,
    period_end: payment.period?.end ?? null,
    credits: payment.credits,
    amount_minor: payment.paid.amountMinor,
    currency: payment.paid.currency,
    stripe_payment_intent_id: payment.stripePaymentIntentId,
    paid_at: payment.paidAt,
  };
}

/** A payment that entitles to credits. Idempotent by its id. */
export function paymentRecord(payment: Payment): StoreRecord {
  return { kind: 'payment', row: { ...paymentRowOf(payment) } };
}

/** Whether a payment is recorded, by its id. */
export async function hasPayment(db: Knex, id: string): Promise<boolean> {
  return (await db<PaymentRow>('app.payments').where({ id }).first('id')) !== undefined;
}

/** The payment of an add-on order; undefined while it is not paid. */
export async function findPaymentOfOrder(db: Knex, orderId: string): Promise<Payment | undefined> {
  const row = await db<PaymentRow>('app.payments').where({ order_id: orderId }).first();
  return row === undefined ? undefined : paymentOf(row);
}

/**
 * Payments that Stripe has not confirmed, by their id; `after` is the last id of the page before. What an operator recorded or
 * brought over is none of Stripe's.
 */
export async function listUnconfirmedPayments(
  db: Knex,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly Payment[]> {
  const rows = await db<PaymentRow>('app.payments AS p')
    .where('p.id', '>', after)
    .whereRaw(`p.id NOT LIKE 'recorded:%' AND p.id NOT LIKE 'import:%'`)
    .whereRaw('NOT EXISTS (SELECT FROM app.confirmed_at_stripe c WHERE c.id = p.id)')
    .orderBy('p.id')
    .limit(limit)
    .select<PaymentRow[]>('p.*');
  return rows.map(paymentOf);
}

/** The subscription or order that payments were for, by the payment's id. Ids of no payment are left out. */
export async function listPaidFor(db: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.raw<{ rows: readonly { id: string; paid_for: string }[] }>(
    'SELECT id, coalesce(subscription_id, order_id) AS paid_for FROM app.payments WHERE id = ANY (:ids)',
    { ids: [...ids] },
  );
  return new Map(rows.map((row) => [row.id, row.paid_for]));
}
