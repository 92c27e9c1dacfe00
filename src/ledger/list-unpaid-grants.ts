import type { Knex } from 'knex';
import { query } from './query';

/**
 * Grants of plans and add-ons whose payment is not recorded, by their id. What a plan gives by the day, or once, has neither a
 * payment nor a subscription and is left out. `after` is the last id of the page before. The payments are joined here, because
 * nearly every grant has one: those are left out where they lie.
 */
export async function listUnpaidGrants(
  db: Knex,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly { readonly id: string; readonly customerId: string }[]> {
  const rows = await query<{ grant_id: string; wallet_id: string }>(
    db,
    `SELECT l.grant_id, l.wallet_id FROM ledger.lots l
     WHERE l.grant_id > :after
       AND (l.source = 'add_on' OR (l.source = 'plan' AND num_nonnulls(l.subscription_id, l.payment_id) > 0))
       AND NOT EXISTS (SELECT FROM app.payments p WHERE p.id = l.payment_id)
     ORDER BY l.grant_id LIMIT :limit`,
    { after, limit },
  );
  return rows.map((row) => ({ id: row.grant_id, customerId: row.wallet_id }));
}
