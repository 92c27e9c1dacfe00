import { TypedSearchAttributes } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import { addOnWorkflowId } from '../../domain/keys';
import { type OpenAnswer, TASK_QUEUES, ownedBy } from '../messages';

export const ADD_ON_WORKFLOW = 'addOn';

export interface OpenAddOn {
  readonly orderId: string;
  readonly customerId: string;
  readonly pack: string;
  readonly quantity: number;
  /** Absent: the first currency of the pack's prices. */
  readonly currency?: string;
  readonly catalogVersion: string;
  readonly successUrl: string | null;
  readonly cancelUrl: string | null;
}

/** Starts an order whose workflow has ended again, from its row: for a payment that comes later. */
export interface ResumeAddOn {
  readonly orderId: string;
}

export type AddOnInput = OpenAddOn | ResumeAddOn;

/** Creates the checkout and the `pending` order; idempotent per workflow. */
export const openAddOnUpdate = defineUpdate<OpenAnswer>('open');

/** How an order is opened, by Update-with-Start of `openAddOnUpdate`. */
export function addOnStart(input: OpenAddOn, externalId: string | null = null) {
  return {
    workflowId: addOnWorkflowId(input.orderId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [input] as [AddOnInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    priority: { fairnessKey: input.customerId },
    staticSummary: `${String(input.quantity)} × ${input.pack} for ${input.customerId}`,
    typedSearchAttributes: new TypedSearchAttributes(ownedBy(input.customerId, externalId)),
  } as const;
}
