import { TypedSearchAttributes } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Interval, PlanId } from '../../domain/catalog/catalog';
import type { Instant } from '../../domain/instants';
import { subscriptionWorkflowId } from '../../domain/keys';
import type { Contract } from '../../domain/subscriptions/contract';
import type { SubscriptionState, SubscriptionView } from '../../domain/subscriptions/subscription';
import { type CommandAnswer, type OpenAnswer, SEARCH_ATTRIBUTES, TASK_QUEUES, ownedBy } from '../messages';

export const SUBSCRIPTION_WORKFLOW = 'subscription';

export interface OpenSubscription {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly plan: PlanId;
  readonly interval: Interval;
  /** Absent: the first currency of the plan's price; a contract has its own. */
  readonly currency?: string;
  readonly collection: 'checkout' | 'invoice';
  readonly catalogVersion: string;
  readonly successUrl: string | null;
  readonly cancelUrl: string | null;
  /** Days before the first payment. Absent: none. */
  readonly trialDays?: number;
  /** With a plan that is sold by contract, and only there: it is invoiced, and there is no checkout. */
  readonly contract?: Contract;
}

/** Starts a subscription whose workflow has ended again, from its record: for a payment that comes later. */
export interface ResumeSubscription {
  readonly subscriptionId: string;
}

/** What a run begins with: an opening, a subscription to resume, or the state of the run before it. */
export type SubscriptionInput = OpenSubscription | ResumeSubscription | SubscriptionState;

/** How a subscription is opened, by Update-with-Start of `openSubscriptionUpdate`. */
export function subscriptionStart(input: OpenSubscription, externalId: string | null = null) {
  return {
    workflowId: subscriptionWorkflowId(input.subscriptionId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [input] as [SubscriptionInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    priority: { fairnessKey: input.customerId },
    staticSummary: `${input.plan} by the ${input.interval} for ${input.customerId}`,
    typedSearchAttributes: new TypedSearchAttributes([
      ...ownedBy(input.customerId, externalId),
      { key: SEARCH_ATTRIBUTES.plan, value: input.plan },
      { key: SEARCH_ATTRIBUTES.subscriptionStatus, value: 'incomplete' },
    ]),
  } as const;
}

/** How an imported subscription is started, from its record. One that already runs is left alone. */
export function subscriptionMoveIn(
  input: Pick<OpenSubscription, 'subscriptionId' | 'customerId' | 'plan' | 'interval'>,
  externalId: string | null = null,
) {
  const { subscriptionId, customerId, plan, interval } = input;
  return {
    workflowId: subscriptionWorkflowId(subscriptionId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [{ subscriptionId }] as [SubscriptionInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    priority: { fairnessKey: customerId },
    staticSummary: `${plan} by the ${interval} for ${customerId}, imported`,
    typedSearchAttributes: new TypedSearchAttributes(ownedBy(customerId, externalId)),
  } as const;
}

/** Creates the checkout and the `incomplete` subscription; idempotent per workflow. */
export const openSubscriptionUpdate = defineUpdate<OpenAnswer>('open');
export const OPEN_UPDATE_ID = 'open';

/** A higher plan now, once it is paid; a lower one when the paid time ends. */
export const changePlanUpdate = defineUpdate<CommandAnswer, [{ readonly plan: PlanId }]>('changePlan');
export const cancelUpdate = defineUpdate<CommandAnswer, [{ readonly when: 'period_end' | 'now' }]>('cancel');
/** Undoes a scheduled cancel; ends a pause. */
export const resumeUpdate = defineUpdate<CommandAnswer>('resume');
export const pauseUpdate = defineUpdate<CommandAnswer>('pause');
/** An operator records a payment received outside Stripe that pays up to the instant. */
export const recordPaymentUpdate = defineUpdate<
  CommandAnswer,
  [{ readonly paidThrough: Instant; readonly reference: string }]
>('recordPayment');
/** An operator moves the subscription to another catalog version, from its next period on. */
export const migrateUpdate = defineUpdate<CommandAnswer, [{ readonly catalogVersion: string }]>('migrate');
/** Reads everything about the subscription or the order at Stripe again, at once: for an operator who wonders why it waits. */
export const lookAgainUpdate = defineUpdate<CommandAnswer>('lookAgain');

/**
 * A later opening of the same customer ends this one, if nothing is paid for it: `done` when it has ended, `state_conflict`
 * when it is paid or being paid. Sent by that opening's own activity; by hand, use cancel.
 */
export const replaceUpdate = defineUpdate<CommandAnswer, [{ readonly by: string }]>('replace');
/** The customer was erased: the workflow drops the integrator's own id of them. */
export const forgetExternalIdSignal = defineSignal('forgetExternalId');

/** How a command reaches its subscription, by Update-with-Start: a workflow that has ended is started again. */
export function subscriptionCommandStart(subscriptionId: string) {
  return {
    workflowId: subscriptionWorkflowId(subscriptionId),
    taskQueue: TASK_QUEUES.subscriptions,
    args: [{ subscriptionId }] as [SubscriptionInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Subscription ${subscriptionId}, started again by a command`,
  } as const;
}

/** The subscription as its workflow sees it; null until it is opened. */
export const stateQuery = defineQuery<SubscriptionView | null>('state');
