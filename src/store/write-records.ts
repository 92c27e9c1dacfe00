import type { Knex } from 'knex';
import type { StoreRecord } from '../ledger/commands';

/** Writes rows that no movement carries, all in one transaction and by the same rules (`app.record`). Safe to repeat. */
export async function writeRecords(db: Knex, records: readonly StoreRecord[]): Promise<void> {
  await db.transaction(async (trx) => {
    for (const { kind, row } of records)
      await trx.raw('SELECT app.record(?, ?)', [kind, JSON.stringify(row)]);
  });
}
