import type { Knex } from 'knex';
import { query } from './query';

/** A clawback of ours that Stripe has not confirmed, as it is now. */
export interface UnconfirmedClawback {
  readonly id: string;
  readonly customerId: string;
  readonly paymentId: string;
  readonly isUndone: boolean;
}

/**
 * Clawbacks for money that went back which Stripe has not confirmed, by their id; one that was undone, anew. `after` is the
 * last id of the page before. What is confirmed is joined here, because nearly everything is: it is left out where it lies.
 */
export async function listUnconfirmedClawbacks(
  db: Knex,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly UnconfirmedClawback[]> {
  const rows = await query<{ id: string; wallet_id: string; payment_id: string; is_undone: boolean }>(
    db,
    `SELECT b.id, b.wallet_id, b.payment_id, b.undone > 0 AS is_undone
     FROM ledger.clawbacks b
     WHERE b.id > :after AND b.payment_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM app.confirmed_at_stripe c
                       WHERE c.id = b.id || CASE WHEN b.undone > 0 THEN '/undone' ELSE '' END)
     ORDER BY b.id LIMIT :limit`,
    { after, limit },
  );
  return rows.map((row) => ({
    id: row.id,
    customerId: row.wallet_id,
    paymentId: row.payment_id,
    isUndone: row.is_undone,
  }));
}
