import type { Knex } from 'knex';
import type { Blocker } from '../../domain/erasures/erasure';
import { listOpenHolds } from '../../ledger/list-open-holds';
import { listBlockers } from '../../store/blockers';

/** Of each kind: enough to say what is in the way, and to end some more at every look. */
const EACH_MAX = 50;

/** What of a customer's is paid for, set up or at work. */
export async function readBlockers(db: Knex, customerId: string): Promise<readonly Blocker[]> {
  const holds = await listOpenHolds(db, customerId, EACH_MAX);
  return [
    ...(await listBlockers(db, customerId, EACH_MAX)),
    ...holds.map((hold) => ({ kind: 'hold', ...hold }) as const),
  ];
}
