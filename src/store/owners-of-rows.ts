import type { Knex } from 'knex';
import { listSpendsOfHolds } from '../ledger/list-spends-of-holds';
import { listPaidFor } from './payments';

/**
 * The owners of rows, by their ids: the spend of a hold (and of a part of it, `hold/lot`), the subscription or order of a
 * payment. Rows without an owner are left out.
 */
export async function listOwnersOfRows(
  db: Knex,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(ids)];
  const [spends, paidFor] = await Promise.all([
    listSpendsOfHolds(db, asked.map(holdIdOf)),
    listPaidFor(db, asked),
  ]);
  return new Map(
    asked.flatMap((id) => {
      const owner = spends.get(holdIdOf(id)) ?? paidFor.get(id);
      return owner === undefined ? [] : [[id, owner] as const];
    }),
  );
}

function holdIdOf(rowId: string): string {
  return rowId.split('/', 1).join();
}
