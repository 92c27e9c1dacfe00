import type Stripe from 'stripe';
import { idOf, instantOfSeconds } from './payment-facts';
import type { InvoiceFact, PaymentFact, WithdrawalFact } from './payments';
import { callStripe } from './stripe-client';
import { findNoteOfRefund, readCreditNote } from './stripe-credit-notes';
import { getInvoice } from './stripe-invoices';
import { getPayment } from './stripe-payment-intents';

/** A refund, dispute or credit note with what it concerns; see the port. */
export function getWithdrawal(
  stripe: Stripe,
  { kind, withdrawalId }: Pick<WithdrawalFact, 'kind' | 'withdrawalId'>,
): Promise<WithdrawalFact> {
  switch (kind) {
    case 'refund':
      return readRefund(stripe, withdrawalId);
    case 'dispute':
      return readDispute(stripe, withdrawalId);
    case 'credit_note':
      return readCreditNote(stripe, withdrawalId);
  }
}

/** A payment intent no longer names its invoice; the payments of invoices name both. See the port. */
export async function findInvoiceOfPayment(
  stripe: Stripe,
  paymentIntentId: string,
): Promise<InvoiceFact | null> {
  const payment = { type: 'payment_intent' as const, payment_intent: paymentIntentId };
  const payments = await callStripe('list', stripe.invoicePayments.list({ payment, limit: 1 }));
  const invoiceId = idOf(payments.data[0]?.invoice);
  return invoiceId === null ? null : getInvoice(stripe, invoiceId);
}

/** A refund counts from its request; it comes back when the bank could not pass it on. */
async function readRefund(stripe: Stripe, withdrawalId: string): Promise<WithdrawalFact> {
  const refund = await callStripe('refund', stripe.refunds.retrieve(withdrawalId));
  const { payment, invoice } = await concerned(stripe, refund);
  const note = invoice === null ? undefined : await findNoteOfRefund(stripe, invoice.invoiceId, withdrawalId);
  return {
    withdrawalId,
    kind: 'refund',
    status: isReturned(refund) ? 'returned' : 'withdrawn',
    amount: { amountMinor: refund.amount, currency: refund.currency },
    ofLines: note?.ofLines(refund.amount) ?? null,
    createdAt: instantOfSeconds(refund.created),
    payment,
    invoice,
  };
}

/** Whether a refund gave nothing back in the end. */
export function isReturned({ status }: Stripe.Refund): boolean {
  return status === 'failed' || status === 'canceled';
}

async function readDispute(stripe: Stripe, withdrawalId: string): Promise<WithdrawalFact> {
  const dispute = await callStripe('dispute', stripe.disputes.retrieve(withdrawalId));
  return {
    withdrawalId,
    kind: 'dispute',
    status: disputeStatus(dispute),
    amount: { amountMinor: dispute.amount, currency: dispute.currency },
    ofLines: null,
    createdAt: instantOfSeconds(dispute.created),
    ...(await concerned(stripe, dispute)),
  };
}

/**
 * The money leaves when a dispute opens and returns when it is won; for an inquiry it never moves. Its movements are in the
 * currency that we are paid in and less what Stripe keeps, so that they need not add up to nothing when it is won.
 */
export function disputeStatus({
  status,
  balance_transactions: movements,
}: Stripe.Dispute): WithdrawalFact['status'] {
  if (movements.length === 0) return 'none';
  const isBack = movements.length > 1 && movements.reduce((sum, { amount }) => sum + amount, 0) >= 0;
  return status === 'won' || isBack ? 'returned' : 'withdrawn';
}

async function concerned(
  stripe: Stripe,
  { id, payment_intent: intent }: Stripe.Refund | Stripe.Dispute,
): Promise<{ payment: PaymentFact; invoice: InvoiceFact | null }> {
  const paymentIntentId = idOf(intent);
  if (paymentIntentId === null) throw new Error(`${id} concerns no payment intent`);
  return {
    payment: await getPayment(stripe, paymentIntentId),
    invoice: await findInvoiceOfPayment(stripe, paymentIntentId),
  };
}
