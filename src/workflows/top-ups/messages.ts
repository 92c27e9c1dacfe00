import { TypedSearchAttributes } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { topUpWorkflowId } from '../../domain/keys';
import type { AutoTopUpSetting } from '../../domain/top-ups/auto-top-up';
import { TASK_QUEUES, ownedBy } from '../messages';

export const TOP_UP_WORKFLOW = 'topUp';

export interface TopUpInput {
  readonly customerId: string;
}

/** Turns it on or changes it, which also ends a stop; answers when that is recorded. */
export const setAutoTopUpUpdate = defineUpdate<null, [AutoTopUpSetting]>('setAutoTopUp');
export const removeAutoTopUpUpdate = defineUpdate<null>('removeAutoTopUp');
/** The customer's credits may have fallen below the threshold, so that it checks. */
export const observeCreditsSignal = defineSignal('observeCredits');

/** How a customer's automatic top-up is reached, by Update-with-Start or signalWithStart: it runs while it has work to do. */
export function topUpStart(customerId: string, externalId: string | null = null) {
  return {
    workflowId: topUpWorkflowId(customerId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [{ customerId }] as [TopUpInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    priority: { fairnessKey: customerId },
    staticSummary: `Automatic top-up of ${customerId}`,
    typedSearchAttributes: new TypedSearchAttributes(ownedBy(customerId, externalId)),
  } as const;
}

/** The name of the workflow and the options of `signalWithStart` that say that a customer's credits may have run low. */
export function topUpNotice(customerId: string) {
  return [TOP_UP_WORKFLOW, { ...topUpStart(customerId), signal: observeCreditsSignal }] as const;
}
