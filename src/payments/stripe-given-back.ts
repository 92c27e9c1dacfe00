import type Stripe from 'stripe';
import type { Payments } from './payments';
import { listAll } from './stripe-client';
import { creditedOf } from './stripe-credit-notes';
import { disputeStatus, isReturned } from './stripe-withdrawals';

/** What went back of a payment and its invoice, in minor units; see the port. */
export async function getGivenBack(
  stripe: Stripe,
  { paymentIntentId, invoiceId }: Parameters<Payments['getGivenBack']>[0],
): Promise<number> {
  const credited = invoiceId === null ? 0 : await creditedOf(stripe, invoiceId);
  if (paymentIntentId === null) return credited;
  let withdrawn = 0;
  const filter = { payment_intent: paymentIntentId, limit: 100 };
  for await (const refund of listAll(stripe.refunds.list(filter)))
    if (!isReturned(refund)) withdrawn += refund.amount;
  for await (const dispute of listAll(stripe.disputes.list(filter)))
    if (disputeStatus(dispute) === 'withdrawn') withdrawn += dispute.amount;
  return credited + withdrawn;
}
