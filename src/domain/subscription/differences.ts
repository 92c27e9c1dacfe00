import { epochMsOf, instantOf, type Instant } from '../instants';
import { planItemOf, type AtStripe } from './at-stripe';
import { planNameOf } from './plan-names';
import type { SubscriptionState } from './state';
import { statusOf } from './timeline';

/** Something that a subscription is at Stripe and that stands for nothing here. */
export type Difference =
  | { readonly kind: 'unknown_price'; readonly priceId: string; readonly quantity: number }
  | { readonly kind: 'other_items'; readonly priceIds: readonly string[] }
  | { readonly kind: 'paused_contract' }
  | { readonly kind: 'runs_on' };

const DAY_MS = 86_400_000;

/** What a person has to look at; empty while all that is known of Stripe has a meaning here. */
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

/** It has ended here, and is going to charge there for more than a day yet. */
function runsOn({ at, expired }: SubscriptionState, { cancelAt, status }: AtStripe): boolean {
  const isIncomplete = expired && status.startsWith('incomplete');
  return !isIncomplete && (cancelAt === null || cancelAt > dayAfter(at));
}

function dayAfter(at: Instant): Instant {
  return instantOf(epochMsOf(at) + DAY_MS);
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
        `At Stripe ${there} is sold at the price ${difference.priceId} × ${String(difference.quantity)}, which stands for no plan: ` +
        `each payment of it grants the credits of ${plan}. Give it a price of the catalog there, or refund what was charged.`
      );
    case 'other_items':
      return (
        `At Stripe ${there} sells ${difference.priceIds.join(', ')} besides ${plan}: what is paid for that grants nothing here. ` +
        'Take the items off there, or settle each of its invoices as the runbook says.'
      );
    case 'paused_contract':
      return `At Stripe ${there} is paused, and a contract is not: resume it there, or end it here.`;
    case 'runs_on':
      return `It has ended here, and ${there} goes on charging at Stripe: cancel it there.`;
  }
}
