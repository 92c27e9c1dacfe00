import type Stripe from 'stripe';
import { callOnce } from './call-once';
import type { RefundStanding } from './payments';
import { callStripe, isRefused } from './stripe-client';

/** Gives back all that is left of a payment; see the port. */
export async function refundPayment(
  stripe: Stripe,
  { operationId, paymentIntentId }: { readonly operationId: string; readonly paymentIntentId: string },
): Promise<RefundStanding> {
  const params = { payment_intent: paymentIntentId, reason: 'duplicate' } as const;
  const before = await standingOf(stripe, paymentIntentId);
  if (before !== null) return before;
  try {
    await callOnce({
      object: 'refund',
      operationId,
      call: (options) => stripe.refunds.create(params, options),
      findDone: () => findRefund(stripe, paymentIntentId),
    });
  } catch (error) {
    // A dispute is open, say, or somebody else has refunded it in this moment.
    if (!isRefused(error)) throw error;
  }
  return (await standingOf(stripe, paymentIntentId)) ?? 'failed';
}

/** Null while something of the payment could still be given back. A failed refund is left to a person. */
async function standingOf(stripe: Stripe, paymentIntentId: string): Promise<RefundStanding | null> {
  const intent = await callStripe('payment_intent', stripe.paymentIntents.retrieve(paymentIntentId));
  const refunds = await listRefunds(stripe, paymentIntentId);
  const alive = refunds.filter((refund) => !hasFailed(refund));
  const refunded = alive.reduce((sum, { amount }) => sum + amount, 0);
  if (refunded >= intent.amount_received)
    return alive.every(({ status }) => status === 'succeeded') ? 'succeeded' : 'pending';
  return refunds.some(hasFailed) ? 'failed' : null;
}

/** A refund of the whole rest; one that somebody made of a part leaves a rest. */
async function findRefund(stripe: Stripe, paymentIntentId: string): Promise<Stripe.Refund | undefined> {
  if ((await standingOf(stripe, paymentIntentId)) === null) return undefined;
  return (await listRefunds(stripe, paymentIntentId))[0];
}

async function listRefunds(stripe: Stripe, paymentIntentId: string): Promise<readonly Stripe.Refund[]> {
  const list = stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 });
  return (await callStripe('list', list)).data;
}

function hasFailed({ status }: Stripe.Refund): boolean {
  return status === 'failed' || status === 'canceled';
}
