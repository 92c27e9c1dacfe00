import type { Instant } from '../instants';
import { takenInFrom } from './import';
import type { SubscriptionState } from './state';

/** What is needed of a subscription to read its objects at Stripe, as of an instant. */
export type Reader = Pick<
  SubscriptionState,
  'subscriptionId' | 'customerId' | 'contract' | 'plan' | 'catalogVersion' | 'stripeSubscriptionId'
> & {
  /** Absent in what an older release asked. */
  readonly trial?: SubscriptionState['trial'];
  /** Payments for periods that start before this were taken in elsewhere; null: none were. */
  readonly takenInFrom: Instant | null;
  readonly at: Instant;
};

/** The part of a state that is passed to activities that read at Stripe. */
export function readerOf(state: SubscriptionState, at: Instant): Reader {
  const { subscriptionId, customerId, contract, plan, catalogVersion, stripeSubscriptionId, trial } = state;
  const which = { subscriptionId, customerId, contract, plan, catalogVersion, stripeSubscriptionId, trial };
  return { ...which, takenInFrom: takenInFrom(state), at };
}
