import type Stripe from 'stripe';
import { declineOf } from '../card-failure';
import { change, emit } from '../events';
import { buildBankMethod } from '../objects/bank-method';
import { buildPaymentMethod } from '../objects/payment-method';
import { cardError, invalidRequest } from '../stripe-error';
import { findTestBank, findTestBankMethod, type TestBank } from '../test-banks';
import { findTestCard, findTestPaymentMethod, type CardBehavior, type TestCard } from '../test-cards';
import { refOrNull, type Work } from '../work';

/** What a payment method is made of. */
export type Instrument = TestCard | TestBank;

/** A payment method of a card or a bank account that nobody has attached yet. */
export function createMethod(work: Work, instrument: Instrument): Stripe.PaymentMethod {
  const built =
    'brand' in instrument
      ? buildPaymentMethod(instrument, null, work.at)
      : buildBankMethod(instrument, work.at);
  return work.tables.put('payment_method', built);
}

/** The bank account behind a payment method; undefined for a card. */
export function bankOf(method: Stripe.PaymentMethod): TestBank | undefined {
  const number = method.sepa_debit?.fingerprint ?? method.us_bank_account?.fingerprint ?? null;
  return number === null ? undefined : findTestBank(number);
}

/** The payment method of an id; each use of a test name like `pm_card_visa` makes a new one. A detached one is of no use. */
export function resolveMethod(work: Work, id: string): Stripe.PaymentMethod {
  const instrument = findTestPaymentMethod(id) ?? findTestBankMethod(id);
  if (instrument !== undefined) return createMethod(work, instrument);
  if (work.tables.find('detached_method', id) === undefined) {
    return work.tables.get('payment_method', id, 'payment_method');
  }
  throw invalidRequest('The provided PaymentMethod was detached from a Customer. It may not be used again.', {
    param: 'payment_method',
  });
}

/** How the card behind a payment method behaves; a bank account that pays behaves as one that does. */
export function behaviorOf(method: Stripe.PaymentMethod): CardBehavior {
  if (bankOf(method)?.behavior.outcome === 'disputes') {
    return { kind: 'pays_then_disputes', reason: 'fraudulent', isInquiry: false };
  }
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
