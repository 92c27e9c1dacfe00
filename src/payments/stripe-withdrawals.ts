import type Stripe from 'stripe';
import { idOf, instantOfSeconds } from './payment-facts';
import type { InvoiceFact, WithdrawalFact } from './payments';
import { callStripe } from './stripe-client';
import { getInvoice } from './stripe-invoices';
import { getPayment } from './stripe-payment-intents';

/** A refund or dispute with the payment that it concerns; see the port. */
export async function getWithdrawal(
  stripe: Stripe,
  { kind, withdrawalId }: Pick<WithdrawalFact, 'kind' | 'withdrawalId'>,
): Promise<WithdrawalFact> {
  const { status, object } = kind === 'refund' ? await readRefund() : await readDispute();
  const paymentIntentId = idOf(object.payment_intent);
  if (paymentIntentId === null) throw new Error(`${withdrawalId} concerns no payment intent`);
  return {
    withdrawalId,
    kind,
    status,
    amount: { amountMinor: object.amount, currency: object.currency },
    createdAt: instantOfSeconds(object.created),
    payment: await getPayment(stripe, paymentIntentId),
    invoice: await findInvoiceOf(stripe, paymentIntentId),
  };

  async function readRefund() {
    const refund = await callStripe('refund', stripe.refunds.retrieve(withdrawalId));
    return { status: refundStatus(refund), object: refund };
  }

  async function readDispute() {
    const dispute = await callStripe('dispute', stripe.disputes.retrieve(withdrawalId));
    return { status: disputeStatus(dispute), object: dispute };
  }
}

/** A refund counts from its request; it comes back when the bank could not pass it on. */
function refundStatus({ status }: Stripe.Refund): WithdrawalFact['status'] {
  return status === 'failed' || status === 'canceled' ? 'returned' : 'withdrawn';
}

/**
 * What the dispute's movements say, not its status: the money leaves when it opens, returns when it is won, and never moves
 * for an inquiry.
 */
function disputeStatus(dispute: Stripe.Dispute): WithdrawalFact['status'] {
  const movements = dispute.balance_transactions;
  if (movements.length === 0) return 'none';
  return movements.reduce((sum, { amount }) => sum + amount, 0) < 0 ? 'withdrawn' : 'returned';
}

/** A payment intent no longer names its invoice; the payments of invoices name both. */
async function findInvoiceOf(stripe: Stripe, paymentIntentId: string): Promise<InvoiceFact | null> {
  const payment = { type: 'payment_intent' as const, payment_intent: paymentIntentId };
  const payments = await callStripe('list', stripe.invoicePayments.list({ payment, limit: 1 }));
  const invoiceId = idOf(payments.data[0]?.invoice);
  return invoiceId === null ? null : getInvoice(stripe, invoiceId);
}
