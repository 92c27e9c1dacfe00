import type Stripe from 'stripe';
import { idOf, METADATA, subscriptionFact } from './payment-facts';
import type { InvoiceFact, PriceChange, SubscriptionChange, SubscriptionFact } from './payments';
import { callStripe, isRefused } from './stripe-client';
import { paidOrVoided } from './stripe-invoices';

/** A subscription as it is now. */
export async function getSubscription(stripe: Stripe, id: string): Promise<SubscriptionFact> {
  return subscriptionFact(await callStripe('subscription', stripe.subscriptions.retrieve(id)));
}

/**
 * Upgrades now: see the port. `pending_if_incomplete` makes the change only when its invoice is paid
 * (https://docs.stripe.com/billing/subscriptions/pending-updates); what was not paid at once is voided, which drops it.
 */
export async function upgradeSubscription(stripe: Stripe, change: PriceChange): Promise<InvoiceFact> {
  const updated = await updatePrice(stripe, change, {
    billing_cycle_anchor: { type: 'now' },
    payment_behavior: 'pending_if_incomplete',
  });
  return paidOrVoided(stripe, latestInvoiceOf(updated));
}

/** Changes the price from the next period on; see the port. */
export async function changeSubscriptionPrice(stripe: Stripe, change: PriceChange): Promise<void> {
  await updatePrice(stripe, change, {});
}

/** Marks a subscription with our ids and changes its price from the next period on; see the port. */
export async function adoptSubscription(
  stripe: Stripe,
  {
    customerId,
    subscriptionId,
    ...change
  }: PriceChange & { readonly customerId: string; readonly subscriptionId: string },
): Promise<void> {
  const metadata = { [METADATA.customer]: customerId, [METADATA.subscription]: subscriptionId };
  await updatePrice(stripe, change, { metadata });
}

/** Has a subscription end with its period; see the port. */
export async function scheduleCancel(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const options = { idempotencyKey: operationId };
  const call = stripe.subscriptions.update(stripeSubscriptionId, { cancel_at_period_end: true }, options);
  await callStripe('subscription', call);
}

/** Takes back that it ends, in whichever way Stripe was told: the portal names an instant, we the period. */
export async function unscheduleCancel(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const current = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  if (!current.cancel_at_period_end && current.cancel_at === null) return;
  const params = current.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' as const };
  const options = { idempotencyKey: operationId };
  await callStripe('subscription', stripe.subscriptions.update(stripeSubscriptionId, params, options));
}

/** Ends a subscription at once; see the port. */
export async function cancelSubscription(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const options = { idempotencyKey: operationId };
  const call = stripe.subscriptions.cancel(
    stripeSubscriptionId,
    { invoice_now: false, prorate: false },
    options,
  );
  await unlessAlready(stripe, stripeSubscriptionId, 'canceled', callStripe('subscription', call));
}

/** Pauses a subscription; see the port. Nothing is credited for the rest of its period: it is granted at resume. */
export async function pauseSubscription(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const nothing = { type: 'none' };
  const params: Stripe.SubscriptionPauseParams = {
    type: 'subscription',
    bill_for: { outstanding_usage_through: nothing, unused_time_from: nothing },
  };
  const options = { idempotencyKey: operationId };
  const call = stripe.subscriptions.pause(stripeSubscriptionId, params, options);
  await unlessAlready(stripe, stripeSubscriptionId, 'paused', callStripe('subscription', call));
}

/** Resumes a subscription; see the port. */
export async function resumeSubscription(
  stripe: Stripe,
  { operationId, stripeSubscriptionId, anchor }: SubscriptionChange & { anchor: 'now' | 'unchanged' },
): Promise<InvoiceFact | null> {
  const params: Stripe.SubscriptionResumeParams = {
    billing_cycle_anchor: { type: anchor },
    proration_behavior: 'none',
    ...(anchor === 'now' ? { payment_behavior: 'resume_on_payment_success' } : {}),
  };
  const options = { idempotencyKey: operationId };
  const call = callStripe('subscription', stripe.subscriptions.resume(stripeSubscriptionId, params, options));
  if (anchor === 'now') return paidOrVoided(stripe, latestInvoiceOf(await call));
  await unlessAlready(stripe, stripeSubscriptionId, 'active', call);
  return null;
}

/** The item is updated in place: a new one would have another id, and the calendar of a new item. */
async function updatePrice(
  stripe: Stripe,
  { operationId, stripeSubscriptionId, priceId }: PriceChange,
  params: Stripe.SubscriptionUpdateParams,
): Promise<Stripe.Subscription> {
  const current = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  const [item] = current.items.data;
  if (item === undefined) throw new Error(`subscription ${stripeSubscriptionId} has no item`);
  const items = [{ id: item.id, price: priceId }];
  return callStripe(
    'subscription',
    stripe.subscriptions.update(
      stripeSubscriptionId,
      { ...params, items, proration_behavior: 'none' },
      { idempotencyKey: operationId },
    ),
  );
}

async function unlessAlready(
  stripe: Stripe,
  stripeSubscriptionId: string,
  status: string,
  call: Promise<unknown>,
): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isRefused(error)) throw error;
    const subscription = await getSubscription(stripe, stripeSubscriptionId);
    if (subscription.status !== status) throw error;
  }
}

function latestInvoiceOf(subscription: Stripe.Subscription): string {
  const invoiceId = idOf(subscription.latest_invoice);
  if (invoiceId === null) throw new Error(`subscription ${subscription.id} has no invoice`);
  return invoiceId;
}
