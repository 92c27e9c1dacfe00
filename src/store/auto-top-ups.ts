import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { AutoTopUpState } from '../domain/top-ups/auto-top-up';

interface AutoTopUpRow {
  customer_id: string;
  state: AutoTopUpState;
  threshold: number | null;
  updated_at: Instant;
}

/** A customer's automatic top-up; undefined when it was never set. */
export async function findAutoTopUp(db: Knex, customerId: string): Promise<AutoTopUpState | undefined> {
  const row = await db<AutoTopUpRow>('app.auto_top_ups').where({ customer_id: customerId }).first('state');
  return row?.state;
}

/** Below how many available credits the customer wants more; undefined while nothing is to be bought. */
export async function findTopUpThreshold(db: Knex, customerId: string): Promise<number | undefined> {
  const row = await db<AutoTopUpRow>('app.auto_top_ups')
    .where({ customer_id: customerId })
    .first('threshold');
  return row?.threshold ?? undefined;
}

/** The customers whose automatic top-up is on, by id. */
export async function listTopUpCustomers(
  db: Knex,
  { after, limit }: { after: string; limit: number },
): Promise<{ readonly customerId: string; readonly threshold: number }[]> {
  const rows = await db<AutoTopUpRow>('app.auto_top_ups')
    .select('customer_id', 'threshold')
    .whereNotNull('threshold')
    .where('customer_id', '>', after)
    .orderBy('customer_id')
    .limit(limit);
  return rows.flatMap((row) =>
    row.threshold === null ? [] : [{ customerId: row.customer_id, threshold: row.threshold }],
  );
}

/** Keeps the state; its workflow is the only writer. */
export async function saveAutoTopUp(db: Knex, state: AutoTopUpState, at: Instant): Promise<void> {
  const threshold = state.stopped === null ? (state.setting?.threshold ?? null) : null;
  await db<AutoTopUpRow>('app.auto_top_ups')
    .insert({
      customer_id: state.customerId,
      state: JSON.stringify(state) as unknown as AutoTopUpState,
      threshold,
      updated_at: at,
    })
    .onConflict('customer_id')
    .merge();
}
