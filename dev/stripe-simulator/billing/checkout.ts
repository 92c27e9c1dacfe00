import type Stripe from 'stripe';
import type { CardFailure } from '../card-failure';
import { change, emit } from '../events';
import { buildCustomer } from '../objects/customer';
import { buildPaymentIntent } from '../objects/payment-intent';
import { unschedule } from '../schedule';
import type { CheckoutTerms } from '../store';
import { cardError, invalidRequest } from '../stripe-error';
import { DAY, refOrNull, type Work } from '../work';
import { attemptPayment, cancelIntent } from './attempt-payment';
import { createSubscription } from './create-subscription';
import { openDisputeIfAsked } from './disputes';
import { attachMethod, createMethod, type Instrument } from './methods';

/** What the page shows after a card was given. */
export type CheckoutAnswer =
  | { readonly outcome: 'complete'; readonly session: Stripe.Checkout.Session }
  | { readonly outcome: 'declined'; readonly failure: CardFailure }
  | { readonly outcome: 'requires_action' };

/** What was given on the page of a session. */
export interface CheckoutPost {
  /** Null where nothing has to be paid. */
  readonly instrument: Instrument | null;
  readonly authenticated: boolean;
  /** The id of an existing customer, for a session that has none; else one is made. */
  readonly customer: string | null;
}

/** Pays an open Checkout session. A decline leaves the session open for another card. */
export function payCheckout(
  work: Work,
  session: Stripe.Checkout.Session,
  post: CheckoutPost,
): CheckoutAnswer {
  const terms = work.tables.get('checkout_terms', session.id);
  const payment = { ...post, session, terms, customer: customerFor(work, session, post.customer) };
  return session.mode === 'subscription' ? startSubscription(work, payment) : payOnce(work, payment);
}

/** Whether a session can be completed without a card. */
export function asksForNothing(session: Stripe.Checkout.Session): boolean {
  return session.amount_total === 0 && session.payment_method_collection === 'if_required';
}

/** Closes a session that nobody has paid. */
export function expireSession(work: Work, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status ?? 'closed'}.`,
    );
  }
  unschedule(work, 'expire_session', session.id);
  const intent = refOrNull(session.payment_intent);
  if (intent !== null) cancelIntent(work, intent, 'expired');
  const patch = { status: 'expired', url: null } as const;
  return change(work, 'checkout.session', session, patch, 'checkout.session.expired');
}

interface Payment {
  readonly session: Stripe.Checkout.Session;
  readonly terms: CheckoutTerms;
  readonly customer: Stripe.Customer;
  readonly instrument: Instrument | null;
  readonly authenticated: boolean;
}

/** Throws the decline, so that nothing is left of a subscription that was not paid. */
function startSubscription(
  work: Work,
  { session, terms, customer, instrument, authenticated }: Payment,
): CheckoutAnswer {
  const method = instrument === null ? null : attachMethod(work, createMethod(work, instrument), customer.id);
  const { subscription, collection } = createSubscription(work, {
    customer,
    items: terms.items.map(({ price, quantity }) => ({ price: work.tables.get('price', price), quantity })),
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    method,
    cancelAt: null,
    trialEnd: trialEndOf(work, terms),
    whenTrialEndsUnpaid: terms.whenTrialEndsUnpaid,
    coupons: couponsOf(terms),
    description: null,
    metadata: terms.metadata,
    authenticated,
  });
  if (collection?.outcome === 'declined') throw cardError(collection.failure);
  if (collection?.outcome === 'requires_action') throw cardError(AUTHENTICATION_WANTED);
  return complete(work, session, customer, {
    subscription: subscription.id,
    invoice: subscription.latest_invoice,
    ...(collection?.outcome === 'processing' ? { payment_status: 'unpaid' } : {}),
  });
}

/** A session that an earlier version of the simulator opened says nothing of coupons, nor of a trial. */
function couponsOf({ coupons }: Partial<CheckoutTerms>): readonly string[] {
  return coupons ?? [];
}

function trialEndOf(work: Work, { trialDays, trialEnd }: Partial<CheckoutTerms>): number | null {
  return typeof trialDays === 'number' ? work.at + trialDays * DAY : (trialEnd ?? null);
}

/** How `startSubscription` says that the card asks for an authentication; the page then asks the customer. */
export const AUTHENTICATION_WANTED: CardFailure = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'This card asks for an authentication.',
};

function payOnce(
  work: Work,
  { session, terms, customer, instrument, authenticated }: Payment,
): CheckoutAnswer {
  // Over nothing there is no intent either.
  if (session.amount_total === 0) return complete(work, session, customer, {});
  if (instrument === null) throw invalidRequest('A payment method is needed.');
  const method = createMethod(work, instrument);
  const intent = intentFor(work, session, terms, customer);
  const attempt = attemptPayment(work, intent, method, { offSession: false, authenticated });
  if (attempt.outcome === 'declined') return { outcome: 'declined', failure: attempt.failure };
  if (attempt.outcome === 'requires_action') return { outcome: 'requires_action' };
  if (terms.setupFutureUsage !== null) attachMethod(work, method, customer.id);
  const made = { payment_intent: attempt.intent.id };
  // The bank will say whether it pays.
  if (attempt.outcome === 'processing') {
    return complete(work, session, customer, { ...made, payment_status: 'unpaid' });
  }
  const answer = complete(work, session, customer, made);
  openDisputeIfAsked(work, attempt.charge);
  return answer;
}

function complete(
  work: Work,
  session: Stripe.Checkout.Session,
  customer: Stripe.Customer,
  made: Partial<Stripe.Checkout.Session>,
): CheckoutAnswer {
  unschedule(work, 'expire_session', session.id);
  const current = work.tables.get('checkout.session', session.id);
  const patch: Partial<Stripe.Checkout.Session> = {
    payment_status: session.amount_total === 0 ? 'no_payment_required' : 'paid',
    ...made,
    status: 'complete',
    customer: customer.id,
    customer_details: customerDetails(customer),
    url: null,
  };
  const paid = change(work, 'checkout.session', current, patch, 'checkout.session.completed');
  return { outcome: 'complete', session: paid };
}

/** The intent of a session is made when a card is first given, and tried again with the next one. */
function intentFor(
  work: Work,
  session: Stripe.Checkout.Session,
  terms: CheckoutTerms,
  customer: Stripe.Customer,
): Stripe.PaymentIntent {
  const existing = refOrNull(session.payment_intent);
  if (existing !== null) return work.tables.get('payment_intent', existing);
  const intent = buildPaymentIntent({
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: customer.id,
    paymentMethod: null,
    description: null,
    setupFutureUsage: terms.setupFutureUsage,
    metadata: terms.metadata,
    at: work.at,
  });
  work.tables.put('payment_intent', intent);
  work.tables.put('checkout.session', { ...session, payment_intent: intent.id });
  emit(work, 'payment_intent.created', intent);
  return intent;
}

function customerFor(work: Work, session: Stripe.Checkout.Session, chosen: string | null): Stripe.Customer {
  const existing = refOrNull(session.customer) ?? chosen;
  if (existing !== null) return work.tables.get('customer', existing, 'customer');
  const customer = buildCustomer({
    email: session.customer_email,
    name: null,
    description: null,
    metadata: {},
    at: work.at,
  });
  work.tables.put('customer', customer);
  emit(work, 'customer.created', customer);
  return customer;
}

function customerDetails(customer: Stripe.Customer): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email: customer.email,
    individual_name: null,
    name: customer.name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: null,
  };
}
