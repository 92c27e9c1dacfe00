import { TypedSearchAttributes } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Action } from '../../domain/catalog/catalog';
import { spendWorkflowId } from '../../domain/keys';
import type { Refused } from '../../domain/refusal';
import { wordsOfStarted } from '../../domain/spends/began-before';
import type { WorkReport } from '../../domain/spends/external-end';
import type { SpendRequest, SpendStatus } from '../../domain/spends/spend';
import { SEARCH_ATTRIBUTES, TASK_QUEUES, ownedBy, type CommandAnswer } from '../messages';

export const SPEND_WORKFLOW = 'spend';

export interface SpendInput {
  readonly spendId: string;
  readonly customerId: string;
  readonly request: SpendRequest;
  /** Of the request, without prices: the ledger refuses the key with another content. */
  readonly fingerprint: string;
  /** Who does the work, by the customer's catalog version. Absent: started by an earlier release. */
  readonly runs?: Action['runs'];
  /** What is asked for, in words for the operator: none that somebody has written. Absent: started by an earlier release. */
  readonly words?: string;
}

/**
 * How a spend is started. One spend is always one workflow: a repeat attaches to the running one, and a closed one is
 * not run again. The fairness key keeps a customer with a thousand spends from delaying a customer with one.
 */
export function spendStart(input: SpendInput, externalId: string | null = null) {
  return {
    workflowId: spendWorkflowId(input.spendId),
    taskQueue: TASK_QUEUES.spends,
    args: [input] as [SpendInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    priority: { fairnessKey: input.customerId },
    staticSummary: `${wordsOfStarted(input)} for ${input.customerId}`,
    typedSearchAttributes: new TypedSearchAttributes([
      ...ownedBy(input.customerId, externalId),
      { key: SEARCH_ATTRIBUTES.action, value: input.request.action },
      { key: SEARCH_ATTRIBUTES.spendStatus, value: 'reserved' },
    ]),
  } as const;
}

/** How a spend is started again when its workflow ended before its hold was settled: the same workflow under the same id. */
export function spendRestart(input: SpendInput, externalId: string | null) {
  return {
    ...spendStart(input, externalId),
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  } as const;
}

/** The answer of `reserve`: either the spend is recorded and can be read from the database, or why there is none. */
export type ReserveAnswer = { readonly outcome: 'reserved'; readonly status: SpendStatus } | Refused;

/** Constant, so that a repeat of the Update-with-Start gets the first answer. */
export const RESERVE_UPDATE_ID = 'reserve';
export const reserveUpdate = defineUpdate<ReserveAnswer>('reserve');
/** Asks a spend to stop: before the job has started everything is released, later only what was delivered is captured. */
export const cancelSpendSignal = defineSignal('cancel');
/**
 * An operator no longer waits for the provider: what is delivered and stored is captured, the rest released, and the spend fails
 * with `given_up` and the reason, which its customer can read. The first reason stands.
 */
export const giveUpUpdate = defineUpdate<CommandAnswer, [{ readonly reason: string }]>('giveUp');
/** Asked by the activity that does the work, because a cancellation reaches it without a reason. */
export const isGivenUpQuery = defineQuery<boolean>('isGivenUp');

/** A report of the end of external work, which is recorded before it is told. It has nobody's words. */
export interface ReportedWork {
  readonly reportId: string;
  readonly says: WorkReport['says'];
}
/**
 * The integrator has reported how external work ended. Answers when the spend is settled: `done` if it was by this very report,
 * else `state_conflict`; `not_found` when no such report is recorded.
 */
export const reportUpdate = defineUpdate<CommandAnswer, [ReportedWork]>('report');
