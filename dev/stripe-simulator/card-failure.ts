import type Stripe from 'stripe';
import type { CardBehavior } from './test-cards';

/** Why a card did not pay. */
export interface CardFailure {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
}

const MESSAGES: Readonly<Record<string, string>> = {
  insufficient_funds: 'Your card has insufficient funds.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
  authentication_required: 'Your card was declined. This transaction requires authentication.',
};

/** The failure of a card that asks for an authentication while nobody is there to give it. */
export const AUTHENTICATION_REQUIRED: CardFailure = failure(
  'authentication_required',
  'authentication_required',
);

/** Why a card of this behavior cannot be charged; null when it can. */
export function declineOf(behavior: CardBehavior): CardFailure | null {
  return behavior.kind === 'declines' ? failure(behavior.code, behavior.declineCode) : null;
}

/** The same as an intent keeps it. */
export function lastPaymentError(
  { code, declineCode, message }: CardFailure,
  charge: string | null,
  method: Stripe.PaymentMethod,
): Stripe.PaymentIntent.LastPaymentError {
  return {
    type: 'card_error',
    code,
    decline_code: declineCode,
    message,
    doc_url: `https://docs.stripe.com/error-codes/${code.replaceAll('_', '-')}`,
    payment_method: method,
    ...(charge === null ? {} : { charge }),
  };
}

function failure(code: string, declineCode: string): CardFailure {
  return { code, declineCode, message: MESSAGES[declineCode] ?? 'Your card was declined.' };
}
