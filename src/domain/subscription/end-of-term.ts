import { termEnd } from '../contract';
import type { StripeCall } from './effects';
import type { SubscriptionState } from './state';

/**
 * What is asked of Stripe about a contract whose term is over: nobody has told it of the term, and it would send invoices for
 * ever. What is billed for the term stays billed, and is fulfilled when it is paid. Nothing when it was ended before its term.
 */
export function callsAtTermEnd(state: SubscriptionState): readonly StripeCall[] {
  const { contract, eras, cancelAt, subscriptionId, stripeSubscriptionId } = state;
  const [first] = eras;
  if (contract === null || first === undefined || stripeSubscriptionId === null) return [];
  const end = termEnd(contract, first.anchorAt);
  if (state.at < end || (cancelAt !== null && cancelAt < end)) return [];
  return [
    { operationId: `${subscriptionId}:term:cancel_now`, type: 'cancel_now' },
    { operationId: `${subscriptionId}:term:void_open_invoices`, type: 'void_open_invoices', from: end },
  ];
}
