import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { holdKey } from '../../domain/keys';
import { isTerminal } from '../../domain/spends/spend';
import { findRecordedCommand } from '../../ledger/find-recorded-command';
import { askTemporal } from '../../platform/ask-temporal';
import { getRecordedCustomer } from '../../store/customers';
import { getSpend, holdIdOf, type Spend } from '../../store/spends';
import { SPEND_WORKFLOW, spendRestart, type SpendInput } from '../../workflows/spends/messages';
import { silence } from '../alarms';
import type { ActivityDeps } from '../deps';
import { wordsOfSpend } from './words-of-spend';

type RestartDeps = Pick<ActivityDeps, 'db' | 'temporal' | 'logger'>;

/** What was done about a spend; for `healthy` nothing was needed. */
export type Restarted =
  | { readonly did: 'started'; readonly spend: Spend; readonly ended: string }
  | { readonly did: 'reset'; readonly spend: Spend; readonly attempts: number }
  | { readonly did: 'healthy'; readonly spend: Spend };

/** A task that has failed this often will go on failing: the code does not fit the history. */
const FAILED_TASKS_MIN = 3;

/**
 * Restarts the workflow of a spend whose credits are held. Without a running workflow the same saga is started under the same id;
 * it finds the hold and the recorded job, and settles what was delivered, once. A workflow whose task fails again and again is
 * reset to its first task. A healthy one is left alone. Throws `not_found`, and `state_conflict` for a spend that is settled.
 * Safe to repeat.
 */
export async function restartSpend(deps: RestartDeps, spendId: string, at: Instant): Promise<Restarted> {
  const spend = await getSpend(deps.db, spendId);
  if (isTerminal(spend.status)) throw alreadySettled(spend);
  const standing = await standingOf(deps, spend);
  if (standing.status !== 'RUNNING') return startAgain(deps, spend, standing.status, at);
  if (standing.attempts < FAILED_TASKS_MIN) return { did: 'healthy', spend };
  await reset(deps, spend);
  return { did: 'reset', spend, attempts: standing.attempts };
}

function alreadySettled({ id, status, captured, released }: Spend): DomainError {
  return new DomainError(
    'state_conflict',
    `${id} is settled: ${status}, ${String(captured)} captured and ${String(released)} released. There is nothing to restart.`,
  );
}

/** The status of its workflow, and how often its pending task was tried; `GONE` when the server has no such workflow. */
async function standingOf({ temporal }: RestartDeps, { workflowId }: Spend) {
  try {
    const { status, raw } = await askTemporal(temporal, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    );
    return { status: status.name, attempts: raw.pendingWorkflowTask?.attempt ?? 0 };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: 'GONE', attempts: 0 } as const;
    throw error;
  }
}

async function startAgain(deps: RestartDeps, spend: Spend, ended: string, at: Instant): Promise<Restarted> {
  const { db, temporal } = deps;
  const input = await inputOf(deps, spend);
  const { externalId } = await getRecordedCustomer(db, spend.customerId);
  const options = spendRestart(input, externalId);
  try {
    await askTemporal(temporal, () => temporal.workflow.start(SPEND_WORKFLOW, options));
  } catch (error) {
    // Somebody else has just restarted it.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { did: 'healthy', spend };
    throw error;
  }
  await silence(deps, { kind: 'abandoned_hold', subject: holdIdOf(spend.id) }, at);
  return { did: 'started', spend, ended };
}

/** The input that the API started it with. The fingerprint of the request is in the hold. */
async function inputOf({ db }: RestartDeps, spend: Spend): Promise<SpendInput> {
  const { id: spendId, customerId, action, input, runs } = spend;
  const hold = await findRecordedCommand(db, holdKey(spendId));
  const fingerprint = hold?.fingerprint ?? '';
  return { spendId, customerId, request: { action, input }, fingerprint, runs, words: wordsOfSpend(spend) };
}

async function reset({ temporal }: RestartDeps, { workflowId }: Spend): Promise<void> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const first = events?.find(({ workflowTaskCompletedEventAttributes: done }) => Boolean(done));
  if (first?.eventId === undefined || first.eventId === null) {
    throw new Error(`${workflowId} has not completed its first task, so there is nothing to reset it to.`);
  }
  await temporal.workflowService.resetWorkflowExecution({
    namespace: temporal.options.namespace,
    workflowExecution: { workflowId },
    reason: 'scrip spends restart',
    workflowTaskFinishEventId: first.eventId,
    requestId: randomUUID(),
  });
}
