import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Refused } from '../domain/refusal';

/*
 * What the messages of all rooms share. The `messages.ts` of a room has everything that crosses the border of its workflow: names,
 * inputs, messages, how it is started. The API imports nothing else of this folder. Payloads are plain JSON: ids, ISO 8601
 * instants and whole numbers, no personal data.
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
export function ownedBy(customerId: string, externalId: string | null) {
  const isShown = externalId !== null && !externalId.includes('@') && externalId.length <= KEYWORD_LENGTH_MAX;
  return [
    { key: SEARCH_ATTRIBUTES.customer, value: customerId },
    ...(isShown ? [{ key: SEARCH_ATTRIBUTES.externalId, value: externalId }] : []),
  ];
}

/** What the opening of a subscription or an order came to. */
export type OpenAnswer = { readonly outcome: 'opened' } | Refused;

/**
 * What a command came to. Refusals: `state_conflict`, `contract_required`, `invalid_request`, `payment_failed`,
 * `not_found`. The update's id is the command's: a repeat under the same id gets the first answer.
 */
export type CommandAnswer = { readonly outcome: 'done' } | Refused;
