import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { AddOnOrderRow } from './add-on-orders';
import type { SubscriptionRow } from './subscriptions';

/*
 * Rows that ride in a ledger movement's transaction. Each builder names the kind that `app.record` writes (see
 * migrations) and takes exactly the columns of its table, so a missing column does not compile.
 */

/** A row and the kind that says into which table it goes. */
export interface StoreRecord {
  readonly kind: string;
  readonly row: Readonly<Record<string, unknown>>;
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

interface NewCustomerRow {
  id: string;
  external_id: string;
  email: string | null;
  name: string | null;
  created_at: Instant;
}

/** A customer; one who is known stays as they are. */
export function customerRecord(row: NewCustomerRow): StoreRecord {
  return { kind: 'customer', row: { ...row } };
}

/** A customer who must be new: otherwise the whole movement fails with a unique violation, and its grant with it. */
export function newcomerRecord(row: NewCustomerRow): StoreRecord {
  return { kind: 'newcomer', row: { ...row } };
}

/** The subscription as it is now; an older revision than the table's is dropped. */
export function subscriptionRecord(row: SubscriptionRow): StoreRecord {
  return { kind: 'subscription', row: { ...row } };
}

/** The order as it is now; a paid one in the table stays paid. */
export function addOnOrderRecord(row: AddOnOrderRow): StoreRecord {
  return { kind: 'add_on_order', row: { ...row } };
}

/** A payment that entitles to credits. Idempotent by its id. */
export function paymentRecord(row: PaymentRow): StoreRecord {
  return { kind: 'payment', row: { ...row } };
}

/** Marks a webhook event as done in the transaction of its effect. */
export function processedEventRecord(eventId: string, processedAt: Instant): StoreRecord {
  return { kind: 'stripe_event_processed', row: { event_id: eventId, processed_at: processedAt } };
}

/** Writes rows that no movement carries, all in one transaction and by the same rules. Safe to repeat. */
export async function writeRecords(db: Knex, records: readonly StoreRecord[]): Promise<void> {
  await db.transaction(async (trx) => {
    for (const { kind, row } of records)
      await trx.raw('SELECT app.record(?, ?)', [kind, JSON.stringify(row)]);
  });
}
