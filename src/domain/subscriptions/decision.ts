import type { ErrorCode } from '../errors';
import { refused, type Refused } from '../refusal';
import type { StripeRequest } from './effects';
import type { Intent } from './inputs';
import type { SubscriptionState } from './state';

/** The decision about a command: the refusal, or its calls to Stripe and the state once they are done. */
export type Decision =
  | Refused
  | { readonly outcome: 'accepted'; readonly requests: readonly StripeRequest[]; readonly intent: Intent };

/** Refuses a command: nothing changes and Stripe is not called. The API's caller reads `message`. */
export function refuse(code: ErrorCode, message: string): Refused {
  return refused({ code, message });
}

/** Calls are made only for a subscription at Stripe; an imported one, or a contract paid by hand, may have none. */
export function accept(
  state: SubscriptionState,
  intent: Intent,
  ...requests: readonly StripeRequest[]
): Decision {
  return { outcome: 'accepted', intent, requests: state.stripeSubscriptionId === null ? [] : requests };
}
