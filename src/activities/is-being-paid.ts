import type { Payments } from '../payments/payments';

/** Whether a bank is about to bring the money for an invoice: that takes days, and meanwhile nobody can take the debit back. */
export async function isBeingPaid(
  payments: Pick<Payments, 'listSubscriptionInvoices' | 'getPayment'>,
  stripeSubscriptionId: string,
): Promise<boolean> {
  for (const { status, paymentIntentId } of await payments.listSubscriptionInvoices(stripeSubscriptionId)) {
    if (status !== 'open' || paymentIntentId === null) continue;
    if ((await payments.getPayment(paymentIntentId)).status === 'processing') return true;
  }
  return false;
}
