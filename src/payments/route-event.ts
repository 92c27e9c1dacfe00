import type { PaymentEvent, Payments, WithdrawalFact } from './payments';

/** Where an event goes. `subscription` and `add_on` carry the hint that the workflow's activity reads again at Stripe. */
export type PaymentRoute =
  | { readonly to: 'nobody' }
  | { readonly to: 'subscription'; readonly subscriptionId: string; readonly fact: RoutedFact }
  | { readonly to: 'add_on'; readonly orderId: string; readonly fact: RoutedFact };

interface RoutedFact {
  readonly eventId: string;
  readonly objectType: 'invoice' | 'checkout_session' | 'subscription' | 'refund' | 'dispute';
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
 * act on (there will always be new ones), or an object that does not carry our id; such an event is done as soon as it is
 * received.
 * An add-on order listens to its checkout alone, so that one purchase has one trigger; a subscription to its invoices, to
 * its checkout as a second way to its first invoice (https://docs.stripe.com/checkout/fulfillment), and to what becomes of
 * it at Stripe.
 */
export function routePaymentEvent(event: PaymentEvent): PaymentRoute {
  const { objectId, eventId } = event;
  if (objectId === null) return { to: 'nobody' };
  const isCheckout = CHECKOUT_EVENTS.includes(event.type);
  if (isCheckout && event.orderId !== null) {
    return {
      to: 'add_on',
      orderId: event.orderId,
      fact: { eventId, objectType: 'checkout_session', objectId },
    };
  }
  const objectType = isCheckout ? 'checkout_session' : subscriptionFactOf(event.type);
  return objectType === null || event.subscriptionId === null
    ? { to: 'nobody' }
    : { to: 'subscription', subscriptionId: event.subscriptionId, fact: { eventId, objectType, objectId } };
}

/**
 * The same for every event, refunds and disputes included: those carry no id of ours, so the payment that they concern is
 * looked up at Stripe, and with it the order or the subscription. Throws as the port does when Stripe cannot be asked.
 */
export async function findDestination(
  payments: Pick<Payments, 'getWithdrawal'>,
  event: PaymentEvent,
): Promise<PaymentRoute> {
  const kind = withdrawalKindOf(event.type);
  if (kind === null || event.objectId === null) return routePaymentEvent(event);
  const { payment, invoice } = await payments.getWithdrawal({ kind, withdrawalId: event.objectId });
  const fact = { eventId: event.eventId, objectType: kind, objectId: event.objectId };
  const subscriptionId = invoice?.subscriptionId ?? null;
  if (subscriptionId !== null) return { to: 'subscription', subscriptionId, fact };
  return payment.orderId === null ? { to: 'nobody' } : { to: 'add_on', orderId: payment.orderId, fact };
}

function subscriptionFactOf(type: string): 'invoice' | 'subscription' | null {
  if (INVOICE_EVENTS.includes(type)) return 'invoice';
  return type.startsWith('customer.subscription.') ? 'subscription' : null;
}

function withdrawalKindOf(type: string): WithdrawalFact['kind'] | null {
  if (type.startsWith('refund.')) return 'refund';
  return type.startsWith('charge.dispute.') ? 'dispute' : null;
}
