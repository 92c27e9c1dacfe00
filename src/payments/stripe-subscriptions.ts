import type Stripe from 'stripe';
import { callOnce } from './call-once';
import { idOf, instantOfSeconds, METADATA, subscriptionFact } from './payment-facts';
import type { InvoiceFact, PriceChange, SubscriptionChange, SubscriptionFact } from './payments';
import { callStripe, isRefused } from './stripe-client';
import { getInvoice, paidOrVoided } from './stripe-invoices';

/** A subscription as it is now. */
export async function getSubscription(stripe: Stripe, id: string): Promise<SubscriptionFact> {
  return subscriptionFact(await callStripe('subscription', stripe.subscriptions.retrieve(id)));
}

/**
 * Upgrades now: see the port. `pending_if_incomplete` makes the change only when its invoice is paid
 * (https://docs.stripe.com/billing/subscriptions/pending-updates); what was not paid at once is voided, which drops it.
 */
export async function upgradeSubscription(stripe: Stripe, change: PriceChange): Promise<InvoiceFact> {
  const params = {
    billing_cycle_anchor: { type: 'now' },
    payment_behavior: 'pending_if_incomplete',
  } as const;
  const updated = await updatePrice(stripe, change, { params, findDone: () => findUpgraded(stripe, change) });
  return paidOrVoided(stripe, latestInvoiceOf(updated));
}

/** The subscription, when the latest that was paid for it is the change itself. */
async function findUpgraded(
  stripe: Stripe,
  { stripeSubscriptionId, priceId }: PriceChange,
): Promise<Stripe.Subscription | undefined> {
  const found = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  const isSold = found.items.data[0]?.price.id === priceId && found.pending_update === null;
  const invoiceId = idOf(found.latest_invoice);
  if (!isSold || invoiceId === null) return undefined;
  const { status, billingReason, line } = await getInvoice(stripe, invoiceId);
  const isPaid = status === 'paid' && billingReason === 'subscription_update' && line?.priceId === priceId;
  return isPaid ? found : undefined;
}

/** Changes the price from the next period on; see the port. */
export async function changeSubscriptionPrice(stripe: Stripe, change: PriceChange): Promise<void> {
  await updatePrice(stripe, change);
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
  await updatePrice(stripe, change, { params: { metadata } });
}

/** Has a subscription end with its period; see the port. */
export async function scheduleCancel(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const params = { cancel_at_period_end: true };
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.update(stripeSubscriptionId, params, options);
  await callOnce({ object: 'subscription', operationId, call });
}

/** Takes back that it ends, in whichever way Stripe was told: the portal names an instant, we the period. */
export async function unscheduleCancel(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const current = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  if (!current.cancel_at_period_end && current.cancel_at === null) return;
  const params = current.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: '' as const };
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.update(stripeSubscriptionId, params, options);
  await callOnce({ object: 'subscription', operationId, call });
}

/** Ends a subscription at once; see the port. */
export async function cancelSubscription(
  stripe: Stripe,
  { operationId, stripeSubscriptionId }: SubscriptionChange,
): Promise<void> {
  const params = { invoice_now: false, prorate: false };
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.cancel(stripeSubscriptionId, params, options);
  const canceled = callOnce({ object: 'subscription', operationId, call });
  await unlessAlready(stripe, stripeSubscriptionId, 'canceled', canceled);
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
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.pause(stripeSubscriptionId, params, options);
  const paused = callOnce({ object: 'subscription', operationId, call });
  await unlessAlready(stripe, stripeSubscriptionId, 'paused', paused);
}

/** Resumes a subscription; see the port. One of which only the collection was paused has gone on all the while. */
export async function resumeSubscription(
  stripe: Stripe,
  change: SubscriptionChange & { anchor: 'now' | 'unchanged' },
): Promise<InvoiceFact | null> {
  const { stripeSubscriptionId } = change;
  const current = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  if (current.pause_collection === null) return resumePaused(stripe, change);
  const collected = await callStripe(
    'subscription',
    stripe.subscriptions.update(stripeSubscriptionId, { pause_collection: '' }),
  );
  return collected.status === 'paused' ? resumePaused(stripe, change) : null;
}

async function resumePaused(
  stripe: Stripe,
  { operationId, stripeSubscriptionId, anchor }: SubscriptionChange & { anchor: 'now' | 'unchanged' },
): Promise<InvoiceFact | null> {
  const params: Stripe.SubscriptionResumeParams = {
    billing_cycle_anchor: { type: anchor },
    proration_behavior: 'none',
    ...(anchor === 'now' ? { payment_behavior: 'resume_on_payment_success' } : {}),
  };
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.resume(stripeSubscriptionId, params, options);
  const once = { object: 'subscription', operationId, call } as const;
  if (anchor === 'now') {
    const findDone = () => findResumed(stripe, stripeSubscriptionId);
    return paidOrVoided(stripe, latestInvoiceOf(await callOnce({ ...once, findDone })));
  }
  await unlessAlready(stripe, stripeSubscriptionId, 'active', callOnce(once));
  return null;
}

/**
 * The subscription, when the latest that was paid for it is its return: that begins its calendar anew and the period that it
 * is in. Somebody else may have resumed it without paying; then the latest that was paid is from before its pause.
 */
async function findResumed(stripe: Stripe, id: string): Promise<Stripe.Subscription | undefined> {
  const found = await callStripe('subscription', stripe.subscriptions.retrieve(id));
  const invoiceId = idOf(found.latest_invoice);
  if (found.status !== 'active' || invoiceId === null) return undefined;
  const { status, billingReason, line } = await getInvoice(stripe, invoiceId);
  const begun = [instantOfSeconds(found.billing_cycle_anchor), subscriptionFact(found).currentPeriod.start];
  const isReturn = billingReason !== 'subscription_create' && begun.every((start) => start === line?.start);
  return status === 'paid' && isReturn ? found : undefined;
}

/** The item is updated in place: a new one would have another id, and the calendar of a new item. */
async function updatePrice(
  stripe: Stripe,
  { operationId, stripeSubscriptionId, priceId }: PriceChange,
  more: {
    readonly params?: Stripe.SubscriptionUpdateParams;
    readonly findDone?: () => Promise<Stripe.Subscription | undefined>;
  } = {},
): Promise<Stripe.Subscription> {
  const { params, ...rest } = more;
  const current = await callStripe('subscription', stripe.subscriptions.retrieve(stripeSubscriptionId));
  const [item] = current.items.data;
  if (item === undefined) throw new Error(`subscription ${stripeSubscriptionId} has no item`);
  const items = [{ id: item.id, price: priceId }];
  const call = (options: Stripe.RequestOptions) =>
    stripe.subscriptions.update(
      stripeSubscriptionId,
      { ...params, items, proration_behavior: 'none' },
      options,
    );
  return callOnce({ object: 'subscription', operationId, call, ...rest });
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
