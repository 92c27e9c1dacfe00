import type Stripe from 'stripe';
import { declineOf } from '../card-failure';
import { change, emit } from '../events';
import { buildPaymentMethod } from '../objects/payment-method';
import { cardError, invalidRequest } from '../stripe-error';
import { findTestCard, findTestPaymentMethod, type CardBehavior, type TestCard } from '../test-cards';
import { refOrNull, type Work } from '../work';

/** A payment method of a card that nobody has attached yet. */
export function createMethod(work: Work, card: TestCard): Stripe.PaymentMethod {
  return work.tables.put('payment_method', buildPaymentMethod(card, null, work.at));
}

/** The payment method of an id; each use of a test name like `pm_card_visa` makes a new one. A detached one is of no use. */
export function resolveMethod(work: Work, id: string): Stripe.PaymentMethod {
  const card = findTestPaymentMethod(id);
  if (card !== undefined) return createMethod(work, card);
  if (work.tables.find('detached_method', id) === undefined) {
    return work.tables.get('payment_method', id, 'payment_method');
  }
  throw invalidRequest('The provided PaymentMethod was detached from a Customer. It may not be used again.', {
    param: 'payment_method',
  });
}

/** How the card behind a payment method behaves. */
export function behaviorOf(method: Stripe.PaymentMethod): CardBehavior {
  return findTestCard(method.card?.fingerprint ?? '')?.behavior ?? { kind: 'pays' };
}

/** Saves a payment method with a customer. Throws 402 for a card that its bank declines already then. */
export function attachMethod(
  work: Work,
  method: Stripe.PaymentMethod,
  customer: string,
): Stripe.PaymentMethod {
  if (refOrNull(method.customer) === customer) return method;
  const behavior = behaviorOf(method);
  const failure = declineOf(behavior);
  if (failure !== null && behavior.kind === 'declines' && !behavior.attaches) throw cardError(failure);
  return change(work, 'payment_method', method, { customer }, 'payment_method.attached');
}

/** Parts a payment method from its customer; it may not be used again. */
export function releaseMethod(work: Work, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const detached = work.tables.put('payment_method', { ...method, customer: null });
  work.tables.put('detached_method', { id: method.id });
  emit(work, 'payment_method.detached', detached);
  return detached;
}

/** Takes a payment method from its customer, and from whatever charges it by default. */
export function detachMethod(work: Work, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  for (const subscription of work.tables.list('subscription')) {
    if (refOrNull(subscription.default_payment_method) === method.id) {
      const patch = { default_payment_method: null };
      change(work, 'subscription', subscription, patch, 'customer.subscription.updated');
    }
  }
  const customer = work.tables.find('customer', refOrNull(method.customer) ?? '');
  if (customer !== undefined && refOrNull(customer.invoice_settings.default_payment_method) === method.id) {
    setDefaultMethod(work, customer, null);
  }
  return releaseMethod(work, method);
}

/** Makes a saved payment method the one that a customer's invoices are charged to. */
export function setDefaultMethod(
  work: Work,
  customer: Stripe.Customer,
  method: string | null,
): Stripe.Customer {
  const settings = { ...customer.invoice_settings, default_payment_method: method };
  return change(work, 'customer', customer, { invoice_settings: settings }, 'customer.updated');
}

/** What an invoice is charged to: the subscription's own payment method, else the customer's. */
export function methodToCharge(
  work: Work,
  customer: Stripe.Customer,
  subscription: Stripe.Subscription | null,
): Stripe.PaymentMethod | null {
  const id =
    refOrNull(subscription?.default_payment_method) ??
    refOrNull(customer.invoice_settings.default_payment_method);
  return id === null ? null : (work.tables.find('payment_method', id) ?? null);
}
