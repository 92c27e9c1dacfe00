import { TypedSearchAttributes } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import type { ErasureStanding } from '../../domain/erasures/erasure';
import { erasureWorkflowId } from '../../domain/keys';
import { TASK_QUEUES, ownedBy } from '../messages';

export const ERASURE_WORKFLOW = 'erasure';

export interface ErasureInput {
  readonly customerId: string;
  /** It has begun: this run is started again, or continued as new. */
  readonly isBegun?: true;
}

/**
 * Asks for the customer to be erased. Answers the standing of the erasure, at once when something has to end first. `end`: what
 * still runs is ended; without it, whatever is paid for, set up or running blocks the erasure. Sent again, it looks again.
 */
export const eraseUpdate = defineUpdate<ErasureStanding, [{ readonly end: boolean }]>('erase');

/** How an erasure is asked for, by Update-with-Start of `eraseUpdate`, and how one that was lost is started again. */
export function erasureStart(input: ErasureInput) {
  return {
    workflowId: erasureWorkflowId(input.customerId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [input] as [ErasureInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    priority: { fairnessKey: input.customerId },
    staticSummary: `Erasure of ${input.customerId}`,
    typedSearchAttributes: new TypedSearchAttributes(ownedBy(input.customerId, null)),
  } as const;
}
