import type { PaymentFact } from '../workflows/messages';
import type { ActivityDeps } from './deps';
import { isOwnInvoice, paidIntervalOf, readInvoice, type PaymentReading, type Reader } from './invoice-steps';
import { factsByObject, unlessUnreadable } from './payment-facts';
import { isBoundTo } from './stripe-customer';

type Meaning = Omit<PaymentReading, 'eventIds'>;

const NOTHING: Meaning = { step: null, paymentIntentId: null };

/**
 * Reads at Stripe what the hints are about, each object once, and says what follows for the subscription. Money counts
 * only as a paid invoice of the customer's own, credits only by its price. A hint that makes no sense keeps its inbox row
 * open, with the reason; when Stripe cannot be asked, the activity fails and may be tried again.
 */
export async function readSubscriptionPayments(
  deps: ActivityDeps,
  { reader, facts }: { readonly reader: Reader; readonly facts: readonly PaymentFact[] },
): Promise<readonly PaymentReading[]> {
  const readings: PaymentReading[] = [];
  for (const { fact, eventIds } of factsByObject(facts)) {
    const meaning = await unlessUnreadable(deps, eventIds, () => readFact(deps, reader, fact));
    if (meaning !== undefined) readings.push({ ...meaning, eventIds });
  }
  return readings;
}

async function readFact(deps: ActivityDeps, reader: Reader, fact: PaymentFact): Promise<Meaning> {
  switch (fact.objectType) {
    case 'invoice':
      return readOwnInvoice(deps, reader, fact.objectId);
    case 'checkout_session':
      return readCheckout(deps, reader, fact.objectId);
    case 'subscription':
      return readSubscription(deps, reader, fact.objectId);
    case 'payment':
      return NOTHING;
    case 'refund':
    case 'dispute':
      return readWithdrawal(deps, reader, { ...fact, objectType: fact.objectType });
  }
}

async function readOwnInvoice(deps: ActivityDeps, reader: Reader, invoiceId: string): Promise<Meaning> {
  const invoice = await deps.payments.getInvoice(invoiceId);
  return (await isOwnInvoice(deps, reader, invoice)) ? readInvoice(deps, reader, invoice) : NOTHING;
}

async function readCheckout(deps: ActivityDeps, reader: Reader, sessionId: string): Promise<Meaning> {
  const session = await deps.payments.getCheckoutSession(sessionId);
  const isOwn = session.subscriptionId === reader.subscriptionId;
  if (!isOwn || !(await isBoundTo(deps, reader.customerId, session))) return NOTHING;
  if (session.status === 'expired') return { ...NOTHING, step: { type: 'checkout_expired' } };
  const { paymentStatus, latestInvoiceId } = session;
  return paymentStatus === 'paid' && latestInvoiceId !== null
    ? readOwnInvoice(deps, reader, latestInvoiceId)
    : NOTHING;
}

/** The state of the subscription at Stripe: it tells of ends, never of money. */
export async function readSubscription(
  deps: ActivityDeps,
  reader: Reader,
  stripeSubscriptionId: string,
): Promise<Meaning> {
  const subscription = await deps.payments.getSubscription(stripeSubscriptionId);
  const isOwn = subscription.subscriptionId === reader.subscriptionId;
  if (!isOwn || !(await isBoundTo(deps, reader.customerId, subscription))) return NOTHING;
  const { cancelAt, endedAt, endReason } = subscription;
  return { ...NOTHING, step: { type: 'subscription_changed', cancelAt, endedAt, endReason } };
}

async function readWithdrawal(
  deps: ActivityDeps,
  reader: Reader,
  { objectType, objectId }: PaymentFact & { readonly objectType: 'refund' | 'dispute' },
): Promise<Meaning> {
  const back = await deps.payments.getWithdrawal({ kind: objectType, withdrawalId: objectId });
  const { withdrawalId, kind, status, amount, invoice } = back;
  if (status === 'none' || invoice === null || !(await isOwnInvoice(deps, reader, invoice))) return NOTHING;
  const payment = await paidIntervalOf(deps, reader, invoice);
  if (payment === null) return NOTHING;
  const withdrawal = { id: withdrawalId, kind, status, amountMinor: amount.amountMinor };
  const { stripeSubscriptionId, paymentIntentId } = invoice;
  return { step: { type: 'withdrawal', payment, stripeSubscriptionId, withdrawal }, paymentIntentId };
}
