import type { Instant } from '../../domain/instants';
import type { PaidInterval } from '../../domain/subscriptions/paid-cycles';
import { soldCycle } from '../../domain/subscriptions/plan-grants';
import type { Reader, SubscriptionStep } from '../../domain/subscriptions/subscription';
import type { InvoiceFact } from '../../payments/payments';
import type { ActivityDeps } from '../deps';
import { isBoundTo } from '../payments/stripe-customer';
import { findPlanLine } from './plan-line';

type Db = Pick<ActivityDeps, 'db' | 'payments'>;

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

/**
 * Whether an invoice is the subscription's own, and not only says so: it is of its customer, and bills the subscription at
 * Stripe that is bound to it. Before one is bound, and for a bill made by hand, what its metadata says counts.
 */
export async function isOwnInvoice(
  deps: Pick<ActivityDeps, 'db'>,
  reader: Pick<Reader, 'subscriptionId' | 'customerId' | 'stripeSubscriptionId'>,
  invoice: InvoiceFact,
): Promise<boolean> {
  const { stripeSubscriptionId } = reader;
  const isNamed =
    stripeSubscriptionId !== null && invoice.stripeSubscriptionId !== null
      ? invoice.stripeSubscriptionId === stripeSubscriptionId
      : invoice.subscriptionId === reader.subscriptionId;
  return isNamed && isBoundTo(deps, reader.customerId, invoice);
}

/** What an own invoice says: its money has arrived, is under way, could not be had, or will not be asked for any more. */
export async function readInvoice(
  deps: Db,
  reader: Reader,
  invoice: InvoiceFact,
): Promise<Omit<PaymentReading, 'eventIds'>> {
  const { line, paymentIntentId } = invoice;
  // What an operator has recorded is the same money: only the book-keeping was left.
  if (line === null || invoice.isRecordedPayment) return { step: null, paymentIntentId };
  const periodStart = line.start;
  switch (invoice.status) {
    case 'paid': {
      const payment = await paidIntervalOf(deps, reader, invoice);
      if (payment === null) return { step: null, paymentIntentId };
      const { stripeSubscriptionId } = invoice;
      return { step: { type: 'paid', payment, stripeSubscriptionId }, paymentIntentId };
    }
    case 'open': {
      if (invoice.attemptCount === 0) return { step: null, paymentIntentId };
      const type = (await isUnderWay(deps, paymentIntentId)) ? 'payment_pending' : 'payment_failed';
      return { step: { type, periodStart }, paymentIntentId };
    }
    case 'uncollectible':
      // Given up before anybody was asked to pay, as while its collection is paused, it is as good as voided.
      return invoice.attemptCount === 0
        ? { step: voided(invoice, line), paymentIntentId }
        : { step: { type: 'payment_failed', periodStart }, paymentIntentId };
    case 'void':
      return { step: voided(invoice, line), paymentIntentId };
    case 'draft':
      return { step: null, paymentIntentId };
  }
}

/** A renewal that is voided leaves a period that has begun and that nobody pays for; any other bill leaves nothing. */
function voided(
  { billingReason }: InvoiceFact,
  { start, end }: NonNullable<InvoiceFact['line']>,
): Untimed<SubscriptionStep> {
  const isRenewal = billingReason === 'subscription_cycle';
  return { type: 'invoice_voided', periodStart: start, ...(isRenewal ? { waivedThrough: end } : {}) };
}

async function isUnderWay({ payments }: Db, paymentIntentId: string | null): Promise<boolean> {
  return paymentIntentId !== null && (await payments.getPayment(paymentIntentId)).status === 'processing';
}

/**
 * What a paid invoice entitles to; its cost is what its plan's line came to, whatever else stands on the invoice. Null for one
 * that bills nothing of ours.
 */
export async function paidIntervalOf(
  deps: Pick<ActivityDeps, 'db'>,
  reader: Reader,
  invoice: InvoiceFact,
): Promise<PaidInterval | null> {
  const found = await findPlanLine(deps, reader, invoice);
  if (found === null || isTakenInElsewhere(reader, found.line.start)) return null;
  const { line, plan, sold, isTrial } = found;
  const { invoiceId, total, paidAt, billingReason } = invoice;
  const otherMinor = Math.max(0, total.amountMinor - line.totalMinor);
  return {
    paymentId: invoiceId,
    plan,
    start: line.start,
    end: line.end,
    ...soldCycle(sold),
    paid: { amountMinor: line.totalMinor, currency: total.currency },
    ...(otherMinor === 0 ? {} : { otherMinor }),
    paidAt: paidAt ?? reader.at,
    beginsEra: ['subscription_create', 'subscription_update'].includes(billingReason),
    ...(isTrial ? { trial: true } : {}),
  };
}

/** Whether a period was paid for before its subscription moved in. */
export function isTakenInElsewhere(
  { takenInFrom: from }: Pick<Reader, 'takenInFrom'>,
  periodStart: Instant,
): boolean {
  return from !== null && periodStart < from;
}
