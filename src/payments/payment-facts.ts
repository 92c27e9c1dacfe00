import type Stripe from 'stripe';
import { instantOf, type Instant } from '../domain/instants';
import type {
  CheckoutSessionFact,
  InvoiceFact,
  InvoiceLine,
  PaymentFact,
  SubscriptionFact,
  SubscriptionItem,
} from './payments';

/** Where our own ids stand in the metadata of every object that we create at Stripe. */
export const METADATA = {
  customer: 'scrip_customer',
  subscription: 'scrip_subscription',
  order: 'scrip_order',
  /** On an invoice whose money an operator has recorded: it is not paid a second time by being marked as paid. */
  recordedPayment: 'scrip_recorded_payment',
  /**
   * Written by a person at Stripe, on money that is neither granted nor given back: what was done about it, in any words.
   * From then on nobody is called for it.
   */
  settled: 'scrip_settled',
} as const;

/**
 * What an invoice says about a subscription's period. The period comes from the line, never from
 * `invoice.period_start`, which is only the window for attaching items
 * (https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects).
 * Expects `payments` to be expanded and all lines to be there; throws when a paid invoice says no customer.
 */
export function invoiceFact(invoice: Stripe.Invoice): InvoiceFact {
  const details = invoice.parent?.subscription_details ?? null;
  const lines = invoice.lines.data.map(invoiceLine);
  return {
    invoiceId: invoice.id,
    status: oneOf(['draft', 'open', 'paid', 'void', 'uncollectible'], invoice.status ?? 'draft'),
    billingReason: invoice.billing_reason ?? 'manual',
    stripeCustomerId: required(idOf(invoice.customer), `customer of ${invoice.id}`),
    stripeSubscriptionId: idOf(details?.subscription),
    subscriptionId:
      details?.metadata?.[METADATA.subscription] ?? invoice.metadata?.[METADATA.subscription] ?? null,
    line: planLine(lines),
    lines,
    total: { amountMinor: invoice.total, currency: invoice.currency },
    amountPaid: { amountMinor: invoice.amount_paid, currency: invoice.currency },
    paymentIntentId: paymentIntentOf(invoice),
    isRecordedPayment:
      (invoice.amount_paid_off_stripe ?? 0) > 0 && invoice.metadata?.[METADATA.recordedPayment] !== undefined,
    paidAt: invoice.status === 'paid' ? instantOrNull(invoice.status_transitions.paid_at) : null,
    attemptCount: invoice.attempt_count,
    isSettledByHand: isSettled(invoice.metadata),
  };
}

function invoiceLine(line: Stripe.InvoiceLineItem): InvoiceLine {
  const item = line.parent?.subscription_item_details ?? null;
  const discounts = (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const taxes = (line.taxes ?? [])
    .filter(({ tax_behavior }) => tax_behavior === 'exclusive')
    .reduce((sum, { amount }) => sum + amount, 0);
  return {
    lineId: line.id,
    priceId: idOf(line.pricing?.price_details?.price),
    quantity: line.quantity ?? 1,
    amountMinor: line.amount,
    totalMinor: line.amount - discounts + taxes,
    start: instantOfSeconds(line.period.start),
    end: instantOfSeconds(line.period.end),
    isProration: item?.proration ?? line.parent?.invoice_item_details?.proration ?? false,
    subscriptionItemId: item?.subscription_item ?? null,
  };
}

function isSettled(metadata: Stripe.Metadata | null): boolean {
  return (metadata?.[METADATA.settled] ?? '') !== '';
}

/** What a Checkout session says about the order or subscription that it was made for. */
export function checkoutSessionFact(session: Stripe.Checkout.Session): CheckoutSessionFact {
  return {
    sessionId: session.id,
    mode: oneOf(['payment', 'subscription'], session.mode),
    status: oneOf(['open', 'complete', 'expired'], session.status ?? 'open'),
    paymentStatus: oneOf(['paid', 'unpaid', 'no_payment_required'], session.payment_status),
    stripeCustomerId: idOf(session.customer),
    orderId: session.metadata?.[METADATA.order] ?? null,
    subscriptionId: session.metadata?.[METADATA.subscription] ?? null,
    stripeSubscriptionId: idOf(session.subscription),
    latestInvoiceId: idOf(session.invoice),
    paymentIntentId: idOf(session.payment_intent),
    amountTotal: {
      amountMinor: required(session.amount_total, `amount of ${session.id}`),
      currency: required(session.currency, `currency of ${session.id}`),
    },
    createdAt: instantOfSeconds(session.created),
    priceIds: (session.line_items?.data ?? []).flatMap(({ price }) => idOf(price) ?? []),
    isSettledByHand: isSettled(session.metadata),
  };
}

const END_REASONS = ['cancellation_requested', 'payment_failed', 'payment_disputed'] as const;

/**
 * What a subscription says. The period stands on its items, an end is announced in either of two members, and so is a pause:
 * what is `paused` makes no bills, and what only its collection is paused of makes bills that nobody is asked to pay
 * (https://docs.stripe.com/billing/subscriptions/pause-payment).
 */
export function subscriptionFact(subscription: Stripe.Subscription): SubscriptionFact {
  const item = required(subscription.items.data[0], `item of ${subscription.id}`);
  const end = instantOfSeconds(item.current_period_end);
  return {
    stripeSubscriptionId: subscription.id,
    stripeCustomerId: required(idOf(subscription.customer), `customer of ${subscription.id}`),
    subscriptionId: subscription.metadata[METADATA.subscription] ?? null,
    status: subscription.status,
    items: subscription.items.data.map(subscriptionItem),
    collection: subscription.collection_method === 'send_invoice' ? 'invoice' : 'checkout',
    isPaused: subscription.status === 'paused' || subscription.pause_collection !== null,
    trialEnd: subscription.status === 'trialing' ? instantOrNull(subscription.trial_end) : null,
    currentPeriod: { start: instantOfSeconds(item.current_period_start), end },
    cancelAt: instantOrNull(subscription.cancel_at) ?? (subscription.cancel_at_period_end ? end : null),
    endedAt: instantOrNull(subscription.ended_at),
    endReason: END_REASONS.find((one) => one === subscription.cancellation_details?.reason) ?? null,
  };
}

function subscriptionItem({ price, quantity }: Stripe.SubscriptionItem): SubscriptionItem {
  const { recurring, unit_amount: amountMinor, currency } = price;
  const every = recurring?.interval_count === 1 ? recurring.interval : null;
  return {
    priceId: price.id,
    quantity: quantity ?? 1,
    interval: (['month', 'year'] as const).find((one) => one === every) ?? null,
    price: amountMinor === null ? null : { amountMinor, currency },
  };
}

/** What a payment by card says; everything that waits for a card or its holder has failed so far. */
export function paymentFact(intent: Stripe.PaymentIntent): PaymentFact {
  const { status } = intent;
  const settled = (['succeeded', 'processing', 'canceled'] as const).find((one) => one === status);
  return {
    paymentIntentId: intent.id,
    status: settled ?? 'failed',
    stripeCustomerId: idOf(intent.customer),
    orderId: intent.metadata[METADATA.order] ?? null,
    amount: { amountMinor: intent.amount, currency: intent.currency },
    failure:
      intent.last_payment_error?.code ?? (status === 'requires_action' ? 'authentication_required' : null),
    createdAt: instantOfSeconds(intent.created),
    isSettledByHand: isSettled(intent.metadata),
  };
}

/** Stripe's seconds since the epoch as an instant. */
export function instantOfSeconds(seconds: number): Instant {
  return instantOf(seconds * 1000);
}

/** The id behind a reference, which Stripe gives as an id or as the whole object; null when there is none. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}

/**
 * The latest line that bills a price for a period as a whole; a proration only corrects one already billed. What a
 * subscription's own item bills goes before what somebody has put on its invoice.
 */
function planLine(lines: readonly InvoiceLine[]): InvoiceFact['line'] {
  const [line] = lines
    .filter(({ isProration, start, end }) => !isProration && start < end)
    .toSorted((a, b) => rankOf(b) - rankOf(a) || (a.start < b.start ? 1 : a.start > b.start ? -1 : 0))
    .flatMap(({ priceId, start, end }) => (priceId === null ? [] : [{ priceId, start, end }]));
  return line ?? null;
}

function rankOf({ subscriptionItemId }: InvoiceLine): number {
  return subscriptionItemId === null ? 0 : 1;
}

function paymentIntentOf(invoice: Stripe.Invoice): string | null {
  const payments = invoice.payments?.data ?? [];
  const payment = payments.find(({ status }) => status === 'paid') ?? payments.find((one) => one.is_default);
  return idOf(payment?.payment.payment_intent);
}

function instantOrNull(seconds: number | null): Instant | null {
  return seconds === null ? null : instantOfSeconds(seconds);
}

/** Stripe's enums are open; what we branch on must be one of the values known to the pinned version. */
function oneOf<const T extends string>(known: readonly T[], value: string): T {
  const match = known.find((one) => one === value);
  if (match === undefined) throw new Error(`Stripe gave ${value}, expected one of ${known.join(', ')}`);
  return match;
}

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`Stripe gave no ${what}`);
  return value;
}
