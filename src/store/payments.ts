import type { Knex } from 'knex';
import type { Money } from '../domain/catalog/catalog';

interface PaymentRow {
  id: string;
  order_id: string | null;
  amount_minor: number;
  currency: string;
}

/** Whether a payment is recorded, by its id. */
export async function hasPayment(db: Knex, id: string): Promise<boolean> {
  return (await db<PaymentRow>('app.payments').where({ id }).first('id')) !== undefined;
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
