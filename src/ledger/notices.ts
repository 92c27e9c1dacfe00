import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** What a customer is told in the statement although no credits moved. */
export interface Notice {
  readonly id: string;
  readonly customerId: string;
  readonly at: Instant;
  readonly code: 'duplicate_canceled' | 'duplicate_refunded';
  readonly reason: string;
  readonly subscriptionId: string;
}

/**
 * Puts a notice behind the latest row of the customer's journal, where the statement shows it for ever. Idempotent by its id; the
 * first words stay.
 */
export async function addNotice(db: Knex, notice: Notice): Promise<void> {
  await db.raw(
    `INSERT INTO app.notices (id, customer_id, seq, at, code, reason, subscription_id)
     SELECT :id, :customerId, coalesce(w.seq, 0), greatest(:at::timestamptz, w.effective_at), :code, :reason, :subscriptionId
     FROM (SELECT) AS one LEFT JOIN ledger.wallets w ON w.id = :customerId
     ON CONFLICT (id) DO NOTHING`,
    { ...notice },
  );
}
