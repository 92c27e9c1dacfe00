import type Stripe from 'stripe';
import { AUTHENTICATION_REQUIRED, declineOf, lastPaymentError, type CardFailure } from '../card-failure';
import { change, emit } from '../events';
import { buildCharge } from '../objects/charge';
import type { Work } from '../work';
import { startDebit } from './bank-debits';
import { bankOf, behaviorOf } from './methods';

/** What became of one attempt to pay. */
export type Attempt =
  | { readonly outcome: 'paid'; readonly intent: Stripe.PaymentIntent; readonly charge: Stripe.Charge }
  | {
      readonly outcome: 'declined';
      readonly intent: Stripe.PaymentIntent;
      readonly failure: CardFailure;
    }
  | { readonly outcome: 'requires_action'; readonly intent: Stripe.PaymentIntent }
  /** A bank was asked, and answers in days. */
  | { readonly outcome: 'processing'; readonly intent: Stripe.PaymentIntent };

export interface AttemptOptions {
  /** Nobody is there: a card that was authenticated when it was saved need not ask again. */
  readonly offSession: boolean;
  /** The customer has just given the authentication that the card asks for. */
  readonly authenticated?: boolean;
  /** Take a request for authentication as a decline, as `error_on_requires_action` asks for. */
  readonly declineOnAction?: boolean;
}

/** Charges a payment method for an intent; leaves the charge and the events of either outcome behind. */
export function attemptPayment(
  work: Work,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  options: AttemptOptions,
): Attempt {
  if (bankOf(method) !== undefined) {
    return { outcome: 'processing', intent: startDebit(work, intent, method) };
  }
  const behavior = behaviorOf(method);
  if (asksForAuthentication(work, method, options)) {
    if (options.declineOnAction === true) return decline(work, intent, method, AUTHENTICATION_REQUIRED);
    const patch = {
      status: 'requires_action',
      payment_method: method.id,
      next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
    } as const;
    const asking = change(work, 'payment_intent', intent, patch, 'payment_intent.requires_action');
    return { outcome: 'requires_action', intent: asking };
  }
  if (options.authenticated === true) work.tables.put('authenticated_method', { id: method.id });
  const failure = declineOf(behavior);
  return failure === null ? pay(work, intent, method) : decline(work, intent, method, failure);
}

function asksForAuthentication(
  { tables }: Work,
  method: Stripe.PaymentMethod,
  { offSession, authenticated }: AttemptOptions,
): boolean {
  const behavior = behaviorOf(method);
  if (behavior.kind !== 'asks_for_authentication' || authenticated === true) return false;
  const remembered = tables.find('authenticated_method', method.id) !== undefined;
  return !(behavior.remembers && offSession && remembered);
}

function pay(work: Work, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Attempt {
  const charge = work.tables.put('charge', buildCharge(intent, method, null, work.at));
  emit(work, 'charge.succeeded', charge);
  const patch = {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    payment_method: method.id,
    last_payment_error: null,
    next_action: null,
  } as const;
  const paid = change(work, 'payment_intent', intent, patch, 'payment_intent.succeeded');
  return { outcome: 'paid', intent: paid, charge };
}

function decline(
  work: Work,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  failure: CardFailure,
): Attempt {
  const charge = work.tables.put('charge', buildCharge(intent, method, failure, work.at));
  emit(work, 'charge.failed', charge);
  const patch = {
    status: 'requires_payment_method',
    latest_charge: charge.id,
    payment_method: null,
    last_payment_error: lastPaymentError(failure, charge.id, method),
    next_action: null,
  } as const;
  const failed = change(work, 'payment_intent', intent, patch, 'payment_intent.payment_failed');
  return { outcome: 'declined', intent: failed, failure };
}

/** Gives up on an intent that nobody has paid; one that is settled, or that a bank is working on, is left as it is. */
export function cancelIntent(
  work: Work,
  id: string,
  reason: Stripe.PaymentIntent.CancellationReason,
): Stripe.PaymentIntent {
  const intent = work.tables.get('payment_intent', id);
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) return intent;
  const patch = { status: 'canceled', canceled_at: work.at, cancellation_reason: reason } as const;
  return change(work, 'payment_intent', intent, patch, 'payment_intent.canceled');
}
