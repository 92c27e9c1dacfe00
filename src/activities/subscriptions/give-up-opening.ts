import type { SubscriptionState } from '../../domain/subscriptions/subscription';
import { isUnknownAtStripe } from '../../payments/is-unknown';
import type { ActivityDeps } from '../deps';

/** What is to be ended at Stripe: a subscription of ours that nobody has paid for, as far as is known. */
export type UnpaidOpening = Pick<SubscriptionState, 'subscriptionId' | 'checkout' | 'stripeSubscriptionId'>;

/**
 * Makes sure that nobody can pay for an opening any more: its checkout is expired, its invoices are voided, its subscription
 * at Stripe is canceled. `paid`: its customer was faster, or a bank is about to bring the money; then nothing has been ended.
 * Safe to repeat.
 */
export async function giveUpOpening(
  deps: Pick<ActivityDeps, 'payments'>,
  opening: UnpaidOpening,
): Promise<'ended' | 'paid'> {
  try {
    const { checkout, stripeSubscriptionId } = opening;
    if (stripeSubscriptionId !== null) return await endUnpaid(deps, opening, stripeSubscriptionId);
    return checkout === null ? 'ended' : await endCheckout(deps, opening, checkout.sessionId);
  } catch (error) {
    // What is not there any more cannot be paid.
    if (isUnknownAtStripe(error)) return 'ended';
    throw error;
  }
}

/** A page that is complete counts as paid; but when the money could not be had after all, what it began is ended. */
async function endCheckout(
  deps: Pick<ActivityDeps, 'payments'>,
  opening: UnpaidOpening,
  sessionId: string,
): Promise<'ended' | 'paid'> {
  await deps.payments.expireCheckoutSession(sessionId);
  const session = await deps.payments.getCheckoutSession(sessionId);
  if (session.status === 'expired') return 'ended';
  if (session.paymentStatus !== 'unpaid' || session.stripeSubscriptionId === null) return 'paid';
  return endUnpaid(deps, opening, session.stripeSubscriptionId);
}

async function endUnpaid(
  { payments }: Pick<ActivityDeps, 'payments'>,
  { subscriptionId }: UnpaidOpening,
  stripeSubscriptionId: string,
): Promise<'ended' | 'paid'> {
  const isPaid = async () =>
    (await payments.listSubscriptionInvoices(stripeSubscriptionId)).some(({ status }) => status === 'paid');
  if (await isPaid()) return 'paid';
  const { isInFlight } = await payments.voidOpenInvoices(stripeSubscriptionId);
  // What was paid while it was to be voided stays paid; after this nothing can be.
  if (isInFlight || (await isPaid())) return 'paid';
  await payments.cancelSubscription({ operationId: `${subscriptionId}:give_up`, stripeSubscriptionId });
  return 'ended';
}
