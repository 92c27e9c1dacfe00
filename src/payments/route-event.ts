import type { PaymentEvent, Payments, WithdrawalFact, WithdrawalKind } from './payments';

/** Where an event goes. `subscription` and `add_on` carry the hint that the workflow's activity reads again at Stripe. */
export type PaymentRoute =
  | { readonly to: 'nobody' }
  | { readonly to: 'subscription'; readonly subscriptionId: string; readonly fact: RoutedFact }
  | { readonly to: 'add_on'; readonly orderId: string; readonly fact: RoutedFact }
  /** It says no id of ours; whether it is ours all the same is found by whose it is and what it sells. */
  | { readonly to: 'unclaimed'; readonly about: Unclaimed; readonly fact: RoutedFact };

/** Something at Stripe that may be ours. */
export interface Unclaimed {
  readonly kind: 'invoice' | 'checkout_session' | 'payment' | 'subscription';
  readonly id: string;
}

interface RoutedFact {
  readonly eventId: string;
  readonly objectType: 'invoice' | 'checkout_session' | 'subscription' | WithdrawalKind;
  readonly objectId: string;
}

const INVOICE_EVENTS = [
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.voided',
  'invoice.marked_uncollectible',
];
const CHECKOUT_EVENTS = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
];

/**
 * Says whom an event of the payment processor concerns, by what the event itself carries. `nobody`: a type that we do not
 * act on (there will always be new ones); such an event is done as soon as it is received.
 * An add-on order listens to its checkout alone, so that one purchase has one trigger; a subscription to its invoices, to
 * its checkout as a second way to its first invoice (https://docs.stripe.com/checkout/fulfillment), and to what becomes of
 * it at Stripe.
 */
export function routePaymentEvent(event: PaymentEvent): PaymentRoute {
  const { objectId, eventId, orderId, subscriptionId } = event;
  const objectType = factOf(event.type);
  if (objectId === null || objectType === null) return { to: 'nobody' };
  const fact = { eventId, objectType, objectId };
  if (objectType === 'checkout_session' && orderId !== null) return { to: 'add_on', orderId, fact };
  if (subscriptionId !== null) return { to: 'subscription', subscriptionId, fact };
  return { to: 'unclaimed', about: { kind: objectType, id: objectId }, fact };
}

/**
 * The same for every event, refunds, disputes and credit notes included: those carry no id of ours, so the payment that they
 * concern is looked up at Stripe, and with it the order or the subscription. Throws as the port does when Stripe cannot be
 * asked.
 */
export async function findDestination(
  payments: Pick<Payments, 'getWithdrawal'>,
  event: PaymentEvent,
): Promise<PaymentRoute> {
  const kind = withdrawalKindOf(event.type);
  if (kind === null || event.objectId === null) return routePaymentEvent(event);
  const withdrawal = await payments.getWithdrawal({ kind, withdrawalId: event.objectId });
  const fact = { eventId: event.eventId, objectType: kind, objectId: event.objectId };
  const subscriptionId = withdrawal.invoice?.subscriptionId ?? null;
  if (subscriptionId !== null) return { to: 'subscription', subscriptionId, fact };
  const orderId = withdrawal.payment?.orderId ?? null;
  if (orderId !== null) return { to: 'add_on', orderId, fact };
  const about = moneyOf(withdrawal);
  return about === null ? { to: 'nobody' } : { to: 'unclaimed', about, fact };
}

/** The money that went back. */
function moneyOf({ invoice, payment }: WithdrawalFact): Unclaimed | null {
  if (invoice !== null) return { kind: 'invoice', id: invoice.invoiceId };
  return payment === null ? null : { kind: 'payment', id: payment.paymentIntentId };
}

function factOf(type: string): 'invoice' | 'checkout_session' | 'subscription' | null {
  if (CHECKOUT_EVENTS.includes(type)) return 'checkout_session';
  if (INVOICE_EVENTS.includes(type)) return 'invoice';
  return type.startsWith('customer.subscription.') ? 'subscription' : null;
}

function withdrawalKindOf(type: string): WithdrawalKind | null {
  if (type.startsWith('refund.')) return 'refund';
  if (type.startsWith('credit_note.')) return 'credit_note';
  return type.startsWith('charge.dispute.') ? 'dispute' : null;
}
