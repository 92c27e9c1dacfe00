import type { Instant } from '../domain/instants';
import type { PaidInterval } from '../domain/paid-cycles';
import type { SubscriptionState, SubscriptionStep } from '../domain/subscription';
import type { InvoiceFact } from '../payments/payments';
import { findSoldItem, getCatalog } from '../store/catalogs';
import type { ActivityDeps } from './deps';
import { isBoundTo } from './stripe-customer';

type Db = Pick<ActivityDeps, 'db'>;

/** A step before it is known when it is taken. */
export type Untimed<Step> = Step extends unknown ? Omit<Step, 'at'> : never;

/** What something at Stripe means to a subscription. */
export interface PaymentReading {
  /** The events of the inbox that are done once the step is carried out. */
  readonly eventIds: readonly string[];
  /** Null: it changes nothing. */
  readonly step: Untimed<SubscriptionStep> | null;
  readonly paymentIntentId: string | null;
}

/** What is needed of a subscription to read what concerns it. */
export type Reader = Pick<SubscriptionState, 'subscriptionId' | 'customerId' | 'contract'> & {
  readonly at: Instant;
};

/** Whether an invoice is the subscription's own, and not only says so. */
export async function isOwnInvoice(deps: Db, reader: Reader, invoice: InvoiceFact): Promise<boolean> {
  return invoice.subscriptionId === reader.subscriptionId && isBoundTo(deps, reader.customerId, invoice);
}

/** What an own invoice says: its money has arrived, could not be had, or will not be asked for any more. */
export async function readInvoice(
  deps: Db,
  reader: Reader,
  invoice: InvoiceFact,
): Promise<Omit<PaymentReading, 'eventIds'>> {
  const { line, paymentIntentId } = invoice;
  // What an operator has recorded is the same money: only the book-keeping was left.
  if (line === null || invoice.isRecordedPayment) return { step: null, paymentIntentId };
  switch (invoice.status) {
    case 'paid': {
      const payment = await paidIntervalOf(deps, reader, invoice);
      if (payment === null) return { step: null, paymentIntentId };
      const { stripeSubscriptionId } = invoice;
      return { step: { type: 'paid', payment, stripeSubscriptionId }, paymentIntentId };
    }
    case 'open':
      return invoice.attemptCount > 0
        ? { step: { type: 'payment_failed', periodStart: line.start }, paymentIntentId }
        : { step: null, paymentIntentId };
    case 'uncollectible':
      return { step: { type: 'payment_failed', periodStart: line.start }, paymentIntentId };
    case 'void':
      return { step: { type: 'invoice_voided', periodStart: line.start }, paymentIntentId };
    case 'draft':
      return { step: null, paymentIntentId };
  }
}

/**
 * What a paid invoice entitles to. Credits come from the catalog by the price that was billed, or from the contract; never
 * from the amount. Null for an invoice that bills nothing of ours.
 */
export async function paidIntervalOf(
  deps: Db,
  { contract, at }: Reader,
  { line, invoiceId, amountPaid, paidAt, billingReason }: InvoiceFact,
): Promise<PaidInterval | null> {
  if (line === null) return null;
  const sold =
    contract === null
      ? await soldBy(deps, line.priceId)
      : { plan: 'custom' as const, credits: contract.credits };
  if (sold === null) return null;
  return {
    paymentId: invoiceId,
    plan: sold.plan,
    start: line.start,
    end: line.end,
    creditsPerCycle: sold.credits,
    paid: amountPaid,
    paidAt: paidAt ?? at,
    beginsEra: ['subscription_create', 'subscription_update'].includes(billingReason),
  };
}

async function soldBy(deps: Db, priceId: string) {
  const sold = await findSoldItem(deps.db, priceId);
  const plan = sold?.plan ?? null;
  if (sold === undefined || plan === null) return null;
  const catalog = await getCatalog(deps.db, sold.catalogVersion);
  return { plan, credits: catalog.plans[plan].credits };
}
