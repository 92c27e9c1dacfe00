import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Interval, PlanId } from '../domain/catalog';
import type { SpendRequest, SpendStatus } from '../domain/spend';

/*
 * Everything that crosses the border of a workflow: names, ids, queues, inputs, messages. The API imports nothing else
 * of this folder. Payloads are plain JSON: ids, ISO 8601 instants and whole numbers, no personal data.
 */

export const TASK_QUEUES = { spends: 'scrip-spends', subscriptions: 'scrip-subscriptions' } as const;

/** Typed search attributes, registered at set-up: five Keywords and one Datetime of the ten and three that SQL visibility has. */
export const SEARCH_ATTRIBUTES = {
  customer: defineSearchAttributeKey('ScripCustomer', SearchAttributeType.KEYWORD),
  plan: defineSearchAttributeKey('ScripPlan', SearchAttributeType.KEYWORD),
  subscriptionStatus: defineSearchAttributeKey('ScripSubscriptionStatus', SearchAttributeType.KEYWORD),
  action: defineSearchAttributeKey('ScripAction', SearchAttributeType.KEYWORD),
  spendStatus: defineSearchAttributeKey('ScripSpendStatus', SearchAttributeType.KEYWORD),
  nextGrant: defineSearchAttributeKey('ScripNextGrant', SearchAttributeType.DATETIME),
} as const;

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

/** The answer of the reserve: the recorded spend can be read from the database, or why there is none. */
export type ReserveAnswer =
  | { readonly outcome: 'reserved'; readonly status: SpendStatus }
  | {
      readonly outcome: 'refused';
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** Constant, so that a repeat of the same Update-with-Start finds the first answer. */
export const RESERVE_UPDATE_ID = 'reserve';
export const reserveUpdate = defineUpdate<ReserveAnswer>('reserve');
/** Asks a spend to stop: before the start all is released, later only what was delivered is captured. */
export const cancelSpendSignal = defineSignal('cancel');

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
}

/** A hint that something about a payment changed at Stripe; the workflow's activity reads the object again. */
export interface PaymentFact {
  readonly eventId: string;
  readonly objectType: 'invoice' | 'checkout_session' | 'subscription' | 'refund' | 'dispute';
  readonly objectId: string;
}

export type OpenAnswer =
  | { readonly outcome: 'opened' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

/** Creates the checkout and the `incomplete` subscription; idempotent per workflow. */
export const openSubscriptionUpdate = defineUpdate<OpenAnswer>('open');
export const OPEN_UPDATE_ID = 'open';
export const paymentFactSignal = defineSignal<[PaymentFact]>('paymentFact');
export const stateQuery = defineQuery<unknown>('state');

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
export const openAddOnUpdate = defineUpdate<OpenAnswer>('open');
