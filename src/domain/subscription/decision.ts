import type { Refusal, StripeRequest } from './effects';
import type { Intent } from './inputs';
import type { SubscriptionState } from './state';

/** What a command leads to: why not, or what is asked of Stripe and what is true once that is done. */
export type Decision =
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'accepted'; readonly requests: readonly StripeRequest[]; readonly intent: Intent };

/** Refuses a command: nothing changes and Stripe is asked for nothing. `message` is read by the caller of the API. */
export function refuse(code: Refusal['code'], message: string): Decision {
  return { outcome: 'refused', refusal: { code, message } };
}

/** Calls are made only where Stripe has a subscription; an imported one, or a contract paid by hand, may have none. */
export function accept(
  state: SubscriptionState,
  intent: Intent,
  ...requests: readonly StripeRequest[]
): Decision {
  return { outcome: 'accepted', intent, requests: state.stripeSubscriptionId === null ? [] : requests };
}
