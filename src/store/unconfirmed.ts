import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** Money and clawbacks that Stripe was not asked about yet, and grants that no money stands behind. */

/** A payment of ours that Stripe has not confirmed. */
export interface UnconfirmedPayment {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
  readonly amountMinor: number;
  readonly currency: string;
}

/** A clawback of ours that Stripe has not confirmed, as it is now. */
export interface UnconfirmedClawback {
  readonly id: string;
  readonly customerId: string;
  readonly paymentId: string;
  readonly isUndone: boolean;
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

/** Clawbacks for money that went back which Stripe has not confirmed, by their id; one that was undone, anew. */
export async function listUnconfirmedClawbacks(
  db: Knex,
  { after, limit }: Page,
): Promise<UnconfirmedClawback[]> {
  const rows = await db('ledger.clawbacks AS b')
    .select<{ id: string; wallet_id: string; payment_id: string; is_undone: boolean }[]>(
      'b.id',
      'b.wallet_id',
      'b.payment_id',
      db.raw('b.undone > 0 AS is_undone'),
    )
    .where('b.id', '>', after)
    .whereNotNull('b.payment_id')
    .whereRaw(
      `NOT EXISTS (SELECT FROM app.confirmed_at_stripe c
                   WHERE c.id = b.id || CASE WHEN b.undone > 0 THEN '/undone' ELSE '' END)`,
    )
    .orderBy('b.id')
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    customerId: row.wallet_id,
    paymentId: row.payment_id,
    isUndone: row.is_undone,
  }));
}

/** Grants of plans and add-ons whose payment is not recorded, by their id. */
export async function listUnpaidGrants(
  db: Knex,
  { after, limit }: Page,
): Promise<{ readonly id: string; readonly customerId: string }[]> {
  const rows = await db('ledger.lots AS l')
    .select<{ grant_id: string; wallet_id: string }[]>('l.grant_id', 'l.wallet_id')
    .where('l.grant_id', '>', after)
    // What a plan gives by the day, or once, nobody pays for.
    .whereRaw(`(l.source = 'add_on' OR (l.source = 'plan' AND l.subscription_id IS NOT NULL))`)
    .whereRaw('NOT EXISTS (SELECT FROM app.payments p WHERE p.id = l.payment_id)')
    .orderBy('l.grant_id')
    .limit(limit);
  return rows.map((row) => ({ id: row.grant_id, customerId: row.wallet_id }));
}

/** Keeps that Stripe has confirmed them, so that it is not asked again. */
export async function confirm(db: Knex, ids: readonly string[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  await db('app.confirmed_at_stripe')
    .insert(ids.map((id) => ({ id, confirmed_at: at })))
    .onConflict('id')
    .ignore();
}
