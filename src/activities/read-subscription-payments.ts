import type { Instant } from '../domain/instants';
import type { SubscriptionStep } from '../domain/subscription';
import type { InvoiceFact } from '../payments/payments';
import { findSoldItem, getCatalog } from '../store/catalogs';
import type { PaymentFact } from '../workflows/messages';
import type { ActivityDeps } from './deps';
import { factsByObject, unlessUnreadable } from './payment-facts';
import { isBoundTo } from './stripe-customer';

type WithoutInstant<Step> = Step extends unknown ? Omit<Step, 'at'> : never;

/** What a hint turned out to mean, read at Stripe. */
export interface PaymentReading {
  /** The events that are done once the step is carried out. */
  readonly eventIds: readonly string[];
  /** Null: it changes nothing. */
  readonly step: WithoutInstant<SubscriptionStep> | null;
  readonly paymentIntentId: string | null;
}

export interface ReadPayments {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly facts: readonly PaymentFact[];
  readonly at: Instant;
}

/**
 * Reads at Stripe what the hints are about, each object once, and says what follows for the subscription. Money counts
 * only as a paid invoice of the customer's own, credits only by its price id. A hint that makes no sense keeps its inbox
 * row open, with the reason; when Stripe cannot be asked, the activity fails and may be tried again.
 */
export async function readSubscriptionPayments(
  deps: ActivityDeps,
  input: ReadPayments,
): Promise<readonly PaymentReading[]> {
  const readings: PaymentReading[] = [];
  for (const { fact, eventIds } of factsByObject(input.facts)) {
    const meaning = await unlessUnreadable(deps, eventIds, () => readFact(deps, input, fact));
    if (meaning !== undefined) readings.push({ ...meaning, eventIds });
  }
  return readings;
}

type Meaning = Omit<PaymentReading, 'eventIds'>;

const NOTHING: Meaning = { step: null, paymentIntentId: null };

async function readFact(deps: ActivityDeps, input: ReadPayments, fact: PaymentFact): Promise<Meaning> {
  switch (fact.objectType) {
    case 'invoice':
      return readInvoice(deps, input, fact.objectId);
    case 'checkout_session': {
      const session = await deps.payments.getCheckoutSession(fact.objectId);
      const isOurs = session.subscriptionId === input.subscriptionId;
      if (!isOurs || !(await isBoundTo(deps, input.customerId, session))) return NOTHING;
      if (session.status === 'expired') return { ...NOTHING, step: { type: 'checkout_expired' } };
      const isPaid = session.paymentStatus === 'paid' && session.latestInvoiceId !== null;
      return isPaid ? readInvoice(deps, input, session.latestInvoiceId) : NOTHING;
    }
    case 'subscription':
    case 'refund':
    case 'dispute':
      return NOTHING;
  }
}

async function readInvoice(deps: ActivityDeps, input: ReadPayments, invoiceId: string): Promise<Meaning> {
  const invoice = await deps.payments.getInvoice(invoiceId);
  const isOurs = invoice.subscriptionId === input.subscriptionId;
  if (!isOurs || !(await isBoundTo(deps, input.customerId, invoice))) return NOTHING;
  const step = await stepOf(deps, invoice, input.at);
  return { step, paymentIntentId: invoice.paymentIntentId };
}

async function stepOf(
  deps: ActivityDeps,
  invoice: InvoiceFact,
  at: Instant,
): Promise<PaymentReading['step']> {
  const { line } = invoice;
  const sold = line === null ? undefined : await findSoldItem(deps.db, line.priceId);
  const plan = sold?.plan ?? null;
  if (line === null || sold === undefined || plan === null) return null;
  if (invoice.status !== 'paid') {
    const hasFailed =
      invoice.status === 'uncollectible' || (invoice.status === 'open' && invoice.attemptCount > 0);
    return hasFailed ? { type: 'payment_failed', periodStart: line.start } : null;
  }
  const catalog = await getCatalog(deps.db, sold.catalogVersion);
  return {
    type: 'paid',
    payment: {
      paymentId: invoice.invoiceId,
      plan,
      start: line.start,
      end: line.end,
      creditsPerCycle: catalog.plans[plan].credits,
      paid: invoice.amountPaid,
      paidAt: invoice.paidAt ?? at,
      beginsEra: ['subscription_create', 'subscription_update'].includes(invoice.billingReason),
    },
    stripeSubscriptionId: invoice.stripeSubscriptionId,
  };
}
