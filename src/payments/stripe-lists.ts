import type Stripe from 'stripe';
import { epochMsOf, type Instant } from '../domain/instants';
import { paymentEvent, WEBHOOK_EVENT_TYPES } from './payment-events';
import { checkoutSessionFact, paymentFact, subscriptionFact } from './payment-facts';
import type {
  CheckoutSessionFact,
  InvoiceFact,
  PaymentEvent,
  PaymentFact,
  SubscriptionFact,
  WithdrawalFact,
} from './payments';
import { listAll } from './stripe-client';
import { wholeInvoice } from './stripe-invoices';

/** Stripe lists events of at most twenty types at a time. */
const TYPES_MAX = 20;

/** What the webhook should have brought; see the port. Stripe keeps events for 30 days. */
export async function* listEvents(stripe: Stripe, since: Instant): AsyncGenerator<PaymentEvent> {
  for (let start = 0; start < WEBHOOK_EVENT_TYPES.length; start += TYPES_MAX) {
    const types = WEBHOOK_EVENT_TYPES.slice(start, start + TYPES_MAX);
    for await (const event of listAll(stripe.events.list({ ...page(since), types }))) {
      yield paymentEvent(event, since);
    }
  }
}

/** Paid invoices; see the port. */
export async function* listPaidInvoices(stripe: Stripe, since: Instant): AsyncGenerator<InvoiceFact> {
  const expand = ['data.payments'];
  for await (const invoice of listAll(stripe.invoices.list({ ...page(since), status: 'paid', expand }))) {
    if (invoice.customer !== null) yield await wholeInvoice(stripe, invoice);
  }
}

/** Complete Checkout sessions; see the port. */
export async function* listCompleteSessions(
  stripe: Stripe,
  since: Instant,
): AsyncGenerator<CheckoutSessionFact> {
  for await (const session of listAll(
    stripe.checkout.sessions.list({ ...page(since), status: 'complete', expand: ['data.line_items'] }),
  )) {
    if (session.mode !== 'setup') yield checkoutSessionFact(session);
  }
}

/** Succeeded payments; see the port. */
export async function* listPayments(stripe: Stripe, since: Instant): AsyncGenerator<PaymentFact> {
  for await (const intent of listAll(stripe.paymentIntents.list(page(since)))) {
    const fact = paymentFact(intent);
    if (fact.status === 'succeeded') yield fact;
  }
}

/** All subscriptions; see the port. */
export async function* listSubscriptions(stripe: Stripe): AsyncGenerator<SubscriptionFact> {
  for await (const subscription of listAll(stripe.subscriptions.list({ status: 'all', limit: 100 })))
    if (subscription.items.data.length > 0) yield subscriptionFact(subscription);
}

/** Refunds, disputes and credit notes; see the port. */
export async function* listWithdrawals(
  stripe: Stripe,
  since: Instant,
): AsyncGenerator<Pick<WithdrawalFact, 'kind' | 'withdrawalId'>> {
  for await (const { id } of listAll(stripe.refunds.list(page(since))))
    yield { kind: 'refund', withdrawalId: id };
  for await (const { id } of listAll(stripe.disputes.list(page(since))))
    yield { kind: 'dispute', withdrawalId: id };
  for await (const { id } of listAll(stripe.creditNotes.list(page(since))))
    yield { kind: 'credit_note', withdrawalId: id };
}

function page(since: Instant) {
  return { created: { gte: Math.floor(epochMsOf(since) / 1000) }, limit: 100 };
}
