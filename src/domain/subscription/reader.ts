import type { Instant } from '../instants';
import { takenInFrom } from './import';
import type { SubscriptionState } from './state';

/** What is needed of a subscription to read what concerns it at Stripe, as of an instant. */
export type Reader = Pick<
  SubscriptionState,
  'subscriptionId' | 'customerId' | 'contract' | 'plan' | 'catalogVersion' | 'stripeSubscriptionId'
> & {
  /** Money for periods that start before it was taken in elsewhere; null: none was. */
  readonly takenInFrom: Instant | null;
  readonly at: Instant;
};

/** The part of a state that travels to whoever reads at Stripe. */
export function readerOf(state: SubscriptionState, at: Instant): Reader {
  const { subscriptionId, customerId, contract, plan, catalogVersion, stripeSubscriptionId } = state;
  const which = { subscriptionId, customerId, contract, plan, catalogVersion, stripeSubscriptionId };
  return { ...which, takenInFrom: takenInFrom(state), at };
}
