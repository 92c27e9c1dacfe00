import { plusMs, type Instant } from '../../domain/instants';
import {
  finishReconciliation,
  leaseReconciliation,
  listReconciliations,
  releaseReconciliation,
  type Reconciliation,
  type ReconciliationTask,
} from '../../store/reconciliations';
import type { ReconcileDeps } from './inquirer';
import { reconcileEvents } from './reconcile-events';
import { reconcileState } from './reconcile-state';

const EVERY_MS: Readonly<Record<ReconciliationTask, number>> = { events: 900_000, state: 86_400_000 };
/** Longer than a run takes; should two run at once all the same, nothing is done twice. */
const LEASE_MS = 3_600_000;

/**
 * Compares with Stripe what is due: its events every quarter of an hour, everything that was paid and that went back every
 * day. Answers when something is due next. Who knows when anything happened at Stripe says so: `firstChangeSince` answers when
 * the first thing did since an instant (null: since ever), null when nothing has. Then nothing is compared before something
 * has happened, nor sooner than an interval after it; null means not until something happens.
 */
export async function carryOutReconciliations(
  deps: ReconcileDeps,
  now: Instant,
  firstChangeSince?: (since: Instant | null) => Instant | null,
): Promise<Instant | null> {
  const nexts: Instant[] = [];
  for (const reconciliation of await listReconciliations(deps.db)) {
    const dueAt = dueAtOf(reconciliation, firstChangeSince);
    if (dueAt !== null && dueAt <= now) await carryOut(deps, reconciliation, now);
    else if (dueAt !== null) nexts.push(dueAt);
  }
  return nexts.sort()[0] ?? null;
}

function dueAtOf(
  { task, dueAt, doneThrough }: Reconciliation,
  firstChangeSince: ((since: Instant | null) => Instant | null) | undefined,
): Instant | null {
  if (firstChangeSince === undefined) return dueAt;
  // Stripe counts in whole seconds.
  const changedAt = firstChangeSince(doneThrough === null ? null : plusMs(doneThrough, -1_000));
  if (changedAt === null) return null;
  const afterChange = plusMs(changedAt, EVERY_MS[task]);
  return afterChange > dueAt ? afterChange : dueAt;
}

async function carryOut(
  deps: ReconcileDeps,
  { task, doneThrough }: Reconciliation,
  now: Instant,
): Promise<void> {
  if (!(await leaseReconciliation(deps.db, task, { now, until: plusMs(now, LEASE_MS) }))) return;
  try {
    if (task === 'events') await reconcileEvents(deps, { since: doneThrough, now });
    else await reconcileState(deps, now);
    await finishReconciliation(deps.db, task, { through: now, dueAt: plusMs(now, EVERY_MS[task]) });
  } catch (error) {
    await releaseReconciliation(deps.db, task);
    throw error;
  }
}
