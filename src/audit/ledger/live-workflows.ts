import type { Knex } from 'knex';
import { query } from '../../ledger/query';
import type { Offender } from './check';

export type HasLiveWorkflow = (spendId: string) => Promise<boolean>;

/** How many workflows are looked up at once. */
const ASKED_AT_ONCE = 16;

interface OpenHold {
  id: string;
  spendId: string;
  walletId: string;
}

export interface LiveWorkflows {
  readonly checked: number;
  readonly offenders: readonly Offender[];
}

/**
 * Of the given holds, or of all, the open ones of spends whose workflow is not running, which nothing would ever settle. A
 * workflow may end just after its hold was read, so a hold is read again before it is reported.
 */
export async function findHoldsWithoutWorkflow(
  db: Knex,
  holdIds: readonly string[] | 'all',
  hasLiveWorkflow: HasLiveWorkflow,
): Promise<LiveWorkflows> {
  const open = await listOpenSpendHolds(db, holdIds);
  const orphans: string[] = [];
  for (let index = 0; index < open.length; index += ASKED_AT_ONCE) {
    const asked = open.slice(index, index + ASKED_AT_ONCE);
    const alive = await Promise.all(asked.map(({ spendId }) => hasLiveWorkflow(spendId)));
    orphans.push(...asked.filter((_, position) => alive[position] !== true).map(({ id }) => id));
  }
  const still = orphans.length === 0 ? [] : await listOpenSpendHolds(db, orphans);
  return {
    checked: open.length,
    offenders: still.map(({ id, spendId, walletId }) => ({
      table: 'ledger.holds',
      id,
      customerId: walletId,
      problem: `is open, but the workflow of spend ${spendId} is not running`,
    })),
  };
}

async function listOpenSpendHolds(db: Knex, ids: readonly string[] | 'all'): Promise<readonly OpenHold[]> {
  return query<OpenHold>(
    db,
    `SELECT id, spend_id AS "spendId", wallet_id AS "walletId" FROM ledger.holds
     WHERE ${ids === 'all' ? '' : 'id = ANY(:ids) AND'} state = 'open' AND spend_id IS NOT NULL ORDER BY id`,
    ids === 'all' ? {} : { ids },
  );
}
