import type { PaymentEvent } from './payments';

/** Where an event goes. `subscription` and `add_on` carry the hint that the workflow's activity reads again at Stripe. */
export type PaymentRoute =
  | { readonly to: 'nobody' }
  | { readonly to: 'subscription'; readonly subscriptionId: string; readonly fact: RoutedFact }
  | { readonly to: 'add_on'; readonly orderId: string; readonly fact: RoutedFact };

interface RoutedFact {
  readonly eventId: string;
  readonly objectType: 'invoice' | 'checkout_session';
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
 * Says whom an event of the payment processor concerns. `nobody`: a type that we do not act on (there will always be new
 * ones), or an object that does not carry our id; such an event is done as soon as it is received.
 * An add-on order listens to its checkout alone, so that one purchase has one trigger; a subscription to its invoices, and
 * to its checkout as a second way to its first invoice (https://docs.stripe.com/checkout/fulfillment).
 */
export function routePaymentEvent(event: PaymentEvent): PaymentRoute {
  const objectId = event.objectId;
  if (objectId === null) return { to: 'nobody' };
  const isInvoice = INVOICE_EVENTS.includes(event.type);
  const isCheckout = CHECKOUT_EVENTS.includes(event.type);
  if (isCheckout && event.orderId !== null) {
    const fact = { eventId: event.eventId, objectType: 'checkout_session', objectId } as const;
    return { to: 'add_on', orderId: event.orderId, fact };
  }
  if ((isInvoice || isCheckout) && event.subscriptionId !== null) {
    const objectType = isInvoice ? 'invoice' : 'checkout_session';
    return {
      to: 'subscription',
      subscriptionId: event.subscriptionId,
      fact: { eventId: event.eventId, objectType, objectId },
    };
  }
  return { to: 'nobody' };
}
