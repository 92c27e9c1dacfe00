import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** `events`: what the webhook should have brought. `state`: everything that was paid and that went back. */
export type ReconciliationTask = 'events' | 'state';

export interface Reconciliation {
  readonly task: ReconciliationTask;
  readonly dueAt: Instant;
  /** Everything before it has been compared; null before the first time. */
  readonly doneThrough: Instant | null;
}

interface ReconciliationRow {
  task: ReconciliationTask;
  due_at: Instant;
  done_through: Instant | null;
  leased_until: Instant | null;
}

/** What is compared with Stripe now and then, and when it is due. */
export async function listReconciliations(db: Knex): Promise<readonly Reconciliation[]> {
  const rows = await db<ReconciliationRow>('app.reconciliations').orderBy('task');
  return rows.map((row) => ({ task: row.task, dueAt: row.due_at, doneThrough: row.done_through }));
}

/** Takes a task that is due, for so long; false when it is not, or somebody else is at it. */
export async function leaseReconciliation(
  db: Knex,
  task: ReconciliationTask,
  { now, until }: { readonly now: Instant; readonly until: Instant },
): Promise<boolean> {
  const taken = await db<ReconciliationRow>('app.reconciliations')
    .where({ task })
    .where('due_at', '<=', now)
    .whereRaw('coalesce(leased_until <= ?, true)', [now])
    .update({ leased_until: until });
  return taken > 0;
}

/** Gives a task back that was not carried through; it stays due. */
export async function releaseReconciliation(db: Knex, task: ReconciliationTask): Promise<void> {
  await db<ReconciliationRow>('app.reconciliations').where({ task }).update({ leased_until: null });
}

/** Notes how far a task has come and when it is due again; neither ever goes back. */
export async function finishReconciliation(
  db: Knex,
  task: ReconciliationTask,
  { through, dueAt }: { readonly through: Instant; readonly dueAt: Instant },
): Promise<void> {
  await db<ReconciliationRow>('app.reconciliations')
    .where({ task })
    .update({
      due_at: db.raw('greatest(due_at, ?)', [dueAt]),
      done_through: db.raw('greatest(done_through, ?)', [through]),
      leased_until: null,
    });
}
