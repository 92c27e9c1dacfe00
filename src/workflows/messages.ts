import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AutoTopUpSetting } from '../domain/auto-top-up';
import type { Interval, PlanId } from '../domain/catalog';
import type { Contract } from '../domain/contract';
import type { ErasureStanding } from '../domain/erasure';
import type { Instant } from '../domain/instants';
import { wordsOfRequest, type SpendRequest, type SpendStatus } from '../domain/spend';
import type { SubscriptionState, SubscriptionView } from '../domain/subscription';

/*
 * Everything that crosses the border of a workflow: names, ids, queues, inputs, messages. The API imports nothing else
 * of this folder. Payloads are plain JSON: ids, ISO 8601 instants and whole numbers, no personal data.
 */

export const TASK_QUEUES = { spends: 'scrip-spends', subscriptions: 'scrip-subscriptions' } as const;

/** Typed search attributes, registered at set-up: seven of the ten Keywords and one of the three Datetimes that SQL visibility has. */
export const SEARCH_ATTRIBUTES = {
  customer: defineSearchAttributeKey('ScripCustomer', SearchAttributeType.KEYWORD),
  externalId: defineSearchAttributeKey('ScripExternalId', SearchAttributeType.KEYWORD),
  plan: defineSearchAttributeKey('ScripPlan', SearchAttributeType.KEYWORD),
  subscriptionStatus: defineSearchAttributeKey('ScripSubscriptionStatus', SearchAttributeType.KEYWORD),
  action: defineSearchAttributeKey('ScripAction', SearchAttributeType.KEYWORD),
  spendStatus: defineSearchAttributeKey('ScripSpendStatus', SearchAttributeType.KEYWORD),
  failure: defineSearchAttributeKey('ScripFailure', SearchAttributeType.KEYWORD),
  nextGrant: defineSearchAttributeKey('ScripNextGrant', SearchAttributeType.DATETIME),
} as const;

/** What Temporal takes for a Keyword. */
const KEYWORD_LENGTH_MAX = 255;

/**
 * The search attributes that say whose workflow it is. The integrator's own id, where it is known at the start, helps people to
 * find the workflow. Search attributes are never encrypted and are kept until retention, so an id that looks like an e-mail
 * address is left out.
 */
function ownedBy(customerId: string, externalId: string | null) {
  const isShown = externalId !== null && !externalId.includes('@') && externalId.length <= KEYWORD_LENGTH_MAX;
  return [
    { key: SEARCH_ATTRIBUTES.customer, value: customerId },
    ...(isShown ? [{ key: SEARCH_ATTRIBUTES.externalId, value: externalId }] : []),
  ];
}

// Spends

export const SPEND_WORKFLOW = 'spend';
export const spendWorkflowId = (spendId: string): string => `spend/${spendId}`;

export interface SpendInput {
  readonly spendId: string;
  readonly customerId: string;
  readonly request: SpendRequest;
  /** Of the request, without prices: the ledger refuses the key with another content. */
  readonly fingerprint: string;
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
    staticSummary: `${wordsOfRequest(input.request)} for ${input.customerId}`,
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
export type ReserveAnswer =
  | { readonly outcome: 'reserved'; readonly status: SpendStatus }
  | {
      readonly outcome: 'refused';
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

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

// Subscriptions

export const SUBSCRIPTION_WORKFLOW = 'subscription';
export const subscriptionWorkflowId = (subscriptionId: string): string => `subscription/${subscriptionId}`;

export interface OpenSubscription {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly plan: PlanId;
  readonly interval: Interval;
  readonly collection: 'checkout' | 'invoice';
  readonly catalogVersion: string;
  readonly successUrl: string | null;
  readonly cancelUrl: string | null;
  /** With the Custom plan, and only there: it is invoiced, and there is no checkout. */
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

/** A hint that something about a payment changed at Stripe; the workflow's activity reads the object again. */
export interface PaymentFact {
  readonly eventId: string;
  /** `payment`: of an order that was charged without a checkout. */
  readonly objectType:
    'invoice' | 'checkout_session' | 'payment' | 'subscription' | 'refund' | 'dispute' | 'credit_note';
  readonly objectId: string;
}

export type OpenAnswer =
  | { readonly outcome: 'opened' }
  | {
      readonly outcome: 'refused';
      readonly code: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** Creates the checkout and the `incomplete` subscription; idempotent per workflow. */
export const openSubscriptionUpdate = defineUpdate<OpenAnswer>('open');
export const OPEN_UPDATE_ID = 'open';
export const paymentFactSignal = defineSignal<[PaymentFact]>('paymentFact');

/**
 * What a command came to. Refusals: `state_conflict`, `contract_required`, `invalid_request`, `payment_failed`,
 * `not_found`. The update's id is the command's: a repeat under the same id gets the first answer.
 */
export type CommandAnswer =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

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

// Add-on orders

export const ADD_ON_WORKFLOW = 'addOn';
export const addOnWorkflowId = (orderId: string): string => `add-on/${orderId}`;

export interface OpenAddOn {
  readonly orderId: string;
  readonly customerId: string;
  readonly pack: string;
  readonly quantity: number;
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

// Automatic top-up

export const TOP_UP_WORKFLOW = 'topUp';
export const topUpWorkflowId = (customerId: string): string => `top-up/${customerId}`;

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

// Payment events

/** Whom an event of the payment processor concerns, and what it hints at; src/payments/route-event.ts says which. */
export type PaymentDestination =
  | { readonly to: 'subscription'; readonly subscriptionId: string; readonly fact: PaymentFact }
  | { readonly to: 'add_on'; readonly orderId: string; readonly fact: PaymentFact };

/**
 * The name of the workflow and the options of `client.workflow.signalWithStart` that deliver a payment fact. A running
 * workflow takes the signal; one that has ended is started again from what it recorded. Delivering twice does no harm.
 */
export function paymentFactDelivery(destination: PaymentDestination) {
  const delivery = { signal: paymentFactSignal, signalArgs: [destination.fact] as [PaymentFact] };
  switch (destination.to) {
    case 'subscription':
      return [
        SUBSCRIPTION_WORKFLOW,
        {
          ...delivery,
          workflowId: subscriptionWorkflowId(destination.subscriptionId),
          taskQueue: TASK_QUEUES.subscriptions,
          args: [{ subscriptionId: destination.subscriptionId }] as [SubscriptionInput],
          staticSummary: `Subscription ${destination.subscriptionId}, started again by a payment event`,
        },
      ] as const;
    case 'add_on':
      return [
        ADD_ON_WORKFLOW,
        {
          ...delivery,
          workflowId: addOnWorkflowId(destination.orderId),
          taskQueue: TASK_QUEUES.subscriptions,
          args: [{ orderId: destination.orderId }] as [AddOnInput],
          staticSummary: `Order ${destination.orderId}, started again by a payment event`,
        },
      ] as const;
  }
}

// Erasing a customer

export const ERASURE_WORKFLOW = 'erasure';
export const erasureWorkflowId = (customerId: string): string => `erasure/${customerId}`;

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

// The workflow of an object

const WORKFLOW_ID_OF: Readonly<Record<string, (id: string) => string>> = {
  spd: spendWorkflowId,
  sub: subscriptionWorkflowId,
  ord: addOnWorkflowId,
};

/** The workflow of a spend, a subscription or an order by its id; undefined for everything else. */
export function workflowIdOf(id: string): string | undefined {
  const [prefix = ''] = id.split('_', 1);
  return Object.hasOwn(WORKFLOW_ID_OF, prefix) ? WORKFLOW_ID_OF[prefix]?.(id) : undefined;
}
