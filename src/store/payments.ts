import type { Knex } from 'knex';
import type { Money } from '../domain/catalog';
import type { Instant, Period } from '../domain/instants';

interface PaymentRow {
  id: string;
  subscription_id: string | null;
  period_start: Instant | null;
  period_end: Instant | null;
  order_id: string | null;
  amount_minor: number;
  currency: string;
}

/** The payment of an add-on order; undefined while it is not paid. */
export async function findPaymentOfOrder(
  db: Knex,
  orderId: string,
): Promise<{ readonly paymentId: string; readonly paid: Money } | undefined> {
  const row = await db<PaymentRow>('app.payments').where({ order_id: orderId }).first();
  if (row === undefined) return undefined;
  return { paymentId: row.id, paid: { amountMinor: row.amount_minor, currency: row.currency } };
}

/** Whether an operator has recorded a payment of the subscription that covers the whole period. */
export async function isPaidOutsideStripe(
  db: Knex,
  subscriptionId: string,
  { start, end }: Period,
): Promise<boolean> {
  const row = await db<PaymentRow>('app.payments')
    .where({ subscription_id: subscriptionId })
    .where('id', 'like', 'recorded:%')
    .where('period_start', '<=', start)
    .where('period_end', '>=', end)
    .first('id');
  return row !== undefined;
}
