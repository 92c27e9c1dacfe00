import type { Knex } from 'knex';
import { plusMs, type Instant } from '../../domain/instants';
import {
  finishReconciliation,
  leaseReconciliation,
  listReconciliations,
  releaseReconciliation,
  type ReconciliationTask,
} from '../../store/reconciliations';
import type { ReconcileDeps } from './inquirer';
import { reconcileEvents } from './reconcile-events';
import { reconcileState } from './reconcile-state';

const EVERY_MS: Readonly<Record<ReconciliationTask, number>> = { events: 900_000, state: 86_400_000 };
/** Longer than a run takes; should two run at once all the same, nothing is done twice. */
const LEASE_MS = 3_600_000;

/**
 * When a comparison with Stripe is due: of its events every quarter of an hour, of everything that was paid and that went back
 * every day. Who knows when anything happened at Stripe says so: `firstChangeSince` answers when the first thing did since an
 * instant (null: since ever), null when nothing has. Then nothing is compared before something has happened, nor sooner
 * than an interval after it; null means not until something happens.
 */
export async function findReconciliationDue(
  db: Knex,
  task: ReconciliationTask,
  firstChangeSince?: (since: Instant | null) => Instant | null,
): Promise<Instant | null> {
  const reconciliation = (await listReconciliations(db)).find((one) => one.task === task);
  if (reconciliation === undefined) return null;
  const { dueAt, doneThrough } = reconciliation;
  if (firstChangeSince === undefined) return dueAt;
  // Stripe counts in whole seconds.
  const changedAt = firstChangeSince(doneThrough === null ? null : plusMs(doneThrough, -1_000));
  if (changedAt === null) return null;
  const afterChange = plusMs(changedAt, EVERY_MS[task]);
  return afterChange > dueAt ? afterChange : dueAt;
}

/** Carries a comparison out if it is due and nobody else is at it. One that fails stays due. */
export async function carryOutReconciliation(
  deps: ReconcileDeps,
  task: ReconciliationTask,
  now: Instant,
): Promise<void> {
  if (!(await leaseReconciliation(deps.db, task, { now, until: plusMs(now, LEASE_MS) }))) return;
  try {
    const { doneThrough } = (await listReconciliations(deps.db)).find((one) => one.task === task) ?? {};
    if (task === 'events') await reconcileEvents(deps, { since: doneThrough ?? null, now });
    else await reconcileState(deps, now);
    await finishReconciliation(deps.db, task, { through: now, dueAt: plusMs(now, EVERY_MS[task]) });
  } catch (error) {
    await releaseReconciliation(deps.db, task);
    throw error;
  }
}
