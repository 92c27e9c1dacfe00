import { plus, type Duration } from '../durations';
import type { Instant } from '../instants';
import { planItemOf, type AtStripe } from './at-stripe';
import { planNameOf } from './plan-names';
import type { SubscriptionState } from './state';
import { statusOf } from './timeline';

/** Something about a subscription at Stripe that has no meaning here. */
export type Difference =
  | { readonly kind: 'unknown_price'; readonly priceId: string; readonly quantity: number }
  | { readonly kind: 'other_items'; readonly priceIds: readonly string[] }
  | { readonly kind: 'paused_contract' }
  | { readonly kind: 'runs_on' };

const DAY = 'P1D' as Duration;

/** What a person has to look at; empty while everything known of Stripe has a meaning here. */
export function differencesOf(state: SubscriptionState): readonly Difference[] {
  const seen = state.atStripe;
  if (seen === null || seen.endedAt !== null) return [];
  if (statusOf(state) === 'canceled') return runsOn(state, seen) ? [{ kind: 'runs_on' }] : [];
  const item = planItemOf(seen);
  const [first] = seen.items;
  const others = seen.items.filter((one) => one !== (item ?? first));
  return [
    ...(item === undefined && first !== undefined
      ? [{ kind: 'unknown_price', priceId: first.priceId, quantity: first.quantity } as const]
      : []),
    ...(others.length > 0
      ? [{ kind: 'other_items', priceIds: others.map(({ priceId }) => priceId) } as const]
      : []),
    ...(seen.isPaused && state.contract !== null ? [{ kind: 'paused_contract' } as const] : []),
  ];
}

/** It has ended here, and will go on charging there for more than a day. */
function runsOn({ at, expired }: SubscriptionState, { cancelAt, status }: AtStripe): boolean {
  const isIncomplete = expired && status.startsWith('incomplete');
  return !isIncomplete && (cancelAt === null || cancelAt > dayAfter(at));
}

function dayAfter(at: Instant): Instant {
  return plus(at, DAY);
}

/** What is wrong and what to do, in sentences for the operator. */
export function wordsOfDifference(
  {
    plan: id,
    planNames,
    stripeSubscriptionId,
  }: Pick<SubscriptionState, 'plan' | 'planNames' | 'stripeSubscriptionId'>,
  difference: Difference,
): string {
  const plan = planNameOf(planNames, id);
  const there = stripeSubscriptionId ?? 'the subscription there';
  switch (difference.kind) {
    case 'unknown_price':
      return (
        `At Stripe ${there} has the price ${difference.priceId} × ${String(difference.quantity)}, which belongs to no plan: ` +
        `each of its payments grants the credits of ${plan}. Change it there to a price of the catalog, or refund the payments.`
      );
    case 'other_items':
      return (
        `At Stripe ${there} sells ${difference.priceIds.join(', ')} besides ${plan}: payments for these grant nothing here. ` +
        'Remove the items there, or settle each of the invoices as the runbook says.'
      );
    case 'paused_contract':
      return `${there} is paused at Stripe, but a contract cannot be paused: resume it there, or end it here.`;
    case 'runs_on':
      return `It has ended here, but ${there} goes on charging at Stripe: cancel it there.`;
  }
}
