import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** A payment of ours that Stripe has not confirmed. */
export interface UnconfirmedPayment {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
  readonly amountMinor: number;
  readonly currency: string;
}

interface Page {
  /** The id of the last one of the page before; empty for the first page. */
  readonly after: string;
  readonly limit: number;
}

/** Payments that Stripe has not confirmed, by their id. What an operator recorded or brought over is none of Stripe's. */
export async function listUnconfirmedPayments(
  db: Knex,
  { after, limit }: Page,
): Promise<UnconfirmedPayment[]> {
  const rows = await db('app.payments AS p')
    .select<
      {
        id: string;
        customer_id: string;
        subscription_id: string | null;
        order_id: string | null;
        amount_minor: number;
        currency: string;
      }[]
    >('p.id', 'p.customer_id', 'p.subscription_id', 'p.order_id', 'p.amount_minor', 'p.currency')
    .where('p.id', '>', after)
    .whereRaw(`p.id NOT LIKE 'recorded:%' AND p.id NOT LIKE 'import:%'`)
    .whereRaw('NOT EXISTS (SELECT FROM app.confirmed_at_stripe c WHERE c.id = p.id)')
    .orderBy('p.id')
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    orderId: row.order_id,
    amountMinor: row.amount_minor,
    currency: row.currency,
  }));
}

/** Keeps that Stripe has confirmed payments or clawbacks, so that it is not asked again. */
export async function confirm(db: Knex, ids: readonly string[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  await db('app.confirmed_at_stripe')
    .insert(ids.map((id) => ({ id, confirmed_at: at })))
    .onConflict('id')
    .ignore();
}
