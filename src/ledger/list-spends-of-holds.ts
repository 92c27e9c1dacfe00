import type { Knex } from 'knex';
import { query } from './query';

/** The spends that holds belong to, by the hold's id. Ids of no hold, and holds of no spend, are left out. */
export async function listSpendsOfHolds(
  db: Knex,
  holdIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ id: string; spend_id: string }>(
    db,
    'SELECT id, spend_id FROM ledger.holds WHERE id = ANY (:holdIds) AND spend_id IS NOT NULL',
    { holdIds },
  );
  return new Map(rows.map((row) => [row.id, row.spend_id]));
}
