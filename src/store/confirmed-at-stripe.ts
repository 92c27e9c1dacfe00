import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** Keeps that Stripe has confirmed payments or clawbacks, so that it is not asked again. A clawback's undoing is `{id}/undone`. */
export async function confirm(db: Knex, ids: readonly string[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  await db('app.confirmed_at_stripe')
    .insert(ids.map((id) => ({ id, confirmed_at: at })))
    .onConflict('id')
    .ignore();
}
