import type { AtStripe } from '../../domain/subscriptions/at-stripe';
import type { Reader } from '../../domain/subscriptions/subscription';
import type { SubscriptionFact, WithdrawalFact } from '../../payments/payments';
import type { PaymentHint } from '../../workflows/payments/messages';
import type { ActivityDeps } from '../deps';
import { factsByObject, unlessUnreadable } from '../payments/payment-facts';
import { isBoundTo } from '../payments/stripe-customer';
import { isOwnInvoice, paidIntervalOf, readInvoice, type PaymentReading } from './invoice-steps';
import { findPlanLine, findSoldItemPlan, type Terms } from './plan-line';

type Meaning = Omit<PaymentReading, 'eventIds'>;

const NOTHING: Meaning = { step: null, paymentIntentId: null };

/**
 * Reads at Stripe what the hints are about, each object once, and says what follows for the subscription. Money counts
 * only as a paid invoice of the customer's own, credits only by its price. A hint that makes no sense keeps its inbox row
 * open, with the reason; when Stripe cannot be asked, the activity fails and may be tried again.
 */
export async function readSubscriptionPayments(
  deps: ActivityDeps,
  { reader, facts }: { readonly reader: Reader; readonly facts: readonly PaymentHint[] },
): Promise<readonly PaymentReading[]> {
  const readings: PaymentReading[] = [];
  for (const { fact, eventIds } of factsByObject(facts)) {
    const meaning = await unlessUnreadable(deps, eventIds, () => readFact(deps, reader, fact));
    if (meaning !== undefined) readings.push({ ...meaning, eventIds });
  }
  return readings;
}

async function readFact(deps: ActivityDeps, reader: Reader, fact: PaymentHint): Promise<Meaning> {
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
    case 'credit_note':
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
  return paymentStatus !== 'unpaid' && latestInvoiceId !== null
    ? readOwnInvoice(deps, reader, latestInvoiceId)
    : NOTHING;
}

/** The subscription at Stripe, read whole: it tells what was changed there and when it ends, never of money. */
export async function readSubscription(
  deps: ActivityDeps,
  reader: Reader,
  stripeSubscriptionId: string,
): Promise<Meaning> {
  const subscription = await deps.payments.getSubscription(stripeSubscriptionId);
  const isOwn =
    reader.stripeSubscriptionId === null
      ? subscription.subscriptionId === reader.subscriptionId
      : subscription.stripeSubscriptionId === reader.stripeSubscriptionId;
  if (!isOwn || !(await isBoundTo(deps, reader.customerId, subscription))) return NOTHING;
  const { cancelAt, endedAt, endReason } = subscription;
  const seen = await atStripe(deps, reader, subscription);
  return { ...NOTHING, step: { type: 'subscription_changed', cancelAt, endedAt, endReason, seen } };
}

/** What a subscription is like at Stripe, in terms of what is sold here. */
export async function atStripe(
  deps: Pick<ActivityDeps, 'db'>,
  terms: Terms,
  subscription: SubscriptionFact,
): Promise<AtStripe> {
  const { status, collection, isPaused, trialEnd, currentPeriod, cancelAt, endedAt } = subscription;
  const items: AtStripe['items'][number][] = [];
  for (const item of subscription.items) {
    const { priceId, quantity } = item;
    items.push({ priceId, quantity, sold: await findSoldItemPlan(deps, terms, item) });
  }
  return { status, items, collection, isPaused, trialEnd, currentPeriod, cancelAt, endedAt };
}

async function readWithdrawal(
  deps: ActivityDeps,
  reader: Reader,
  { objectType, objectId }: PaymentHint & { readonly objectType: WithdrawalFact['kind'] },
): Promise<Meaning> {
  const back = await deps.payments.getWithdrawal({ kind: objectType, withdrawalId: objectId });
  const { withdrawalId, kind, status, amount, invoice } = back;
  if (status === 'none' || invoice === null || !(await isOwnInvoice(deps, reader, invoice))) return NOTHING;
  const payment = await paidIntervalOf(deps, reader, invoice);
  if (payment === null) return NOTHING;
  const exact = await exactOf(deps, reader, back, invoice);
  const withdrawal = { id: withdrawalId, kind, status, amountMinor: amount.amountMinor, ...exact };
  const { stripeSubscriptionId, paymentIntentId } = invoice;
  return { step: { type: 'withdrawal', payment, stripeSubscriptionId, withdrawal }, paymentIntentId };
}

/** How much of what went back was the plan's, where a credit note says so. */
async function exactOf(
  deps: ActivityDeps,
  reader: Reader,
  { ofLines }: WithdrawalFact,
  invoice: NonNullable<WithdrawalFact['invoice']>,
): Promise<{ readonly exactMinor?: number }> {
  const lineId = (await findPlanLine(deps, reader, invoice))?.line.lineId;
  if (ofLines === null || lineId === undefined) return {};
  const own = ofLines.filter((line) => line.lineId === lineId);
  return { exactMinor: own.reduce((sum, { amountMinor }) => sum + amountMinor, 0) };
}
