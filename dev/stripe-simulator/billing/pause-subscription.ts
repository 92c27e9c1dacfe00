import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';
import { draftUpdate } from './change-price';
import { finalizeAndCollect } from './collect-invoice';
import { recurringOf } from './create-subscription';
import { changeSubscription, itemOf, withItem } from './subscription-state';

/** Stops a subscription: no invoices and no new periods until it is resumed. Nothing is credited. */
export function pauseSubscription(work: Work, subscription: Stripe.Subscription): Stripe.Subscription {
  if (subscription.status !== 'active' && subscription.status !== 'past_due') {
    throw invalidRequest(`A subscription that is ${subscription.status} cannot be paused.`);
  }
  const paused = {
    subscription: { type: 'pause_requested' },
    transitioned_at: work.at,
    type: 'subscription',
  } as const;
  const patch = { status: 'paused', status_details: { paused } } as const;
  return changeSubscription(
    work,
    subscription,
    patch,
    'customer.subscription.paused',
    'customer.subscription.updated',
  );
}

/**
 * Resumes a paused subscription. With the anchor unchanged it goes on in the period of its own calendar that now lies in,
 * for which nothing is billed; an anchor of now begins a period that is billed at once, and the subscription stays paused
 * until that is paid.
 */
export function resumeSubscription(
  work: Work,
  subscription: Stripe.Subscription,
  anchor: 'now' | 'unchanged',
): Stripe.Subscription {
  if (subscription.status !== 'paused') {
    throw invalidRequest('The subscription cannot be resumed because it is not paused.');
  }
  const item = itemOf(subscription);
  const recurring = recurringOf(item.price);
  if (anchor === 'unchanged') {
    const period = periodAround(subscription.billing_cycle_anchor, item, work.at);
    const patch = { status: 'active', ...withItem(subscription, { ...item, ...period }) } as const;
    return changeSubscription(
      work,
      subscription,
      patch,
      'customer.subscription.resumed',
      'customer.subscription.updated',
    );
  }
  const end = periodEnd(work.at, recurring, work.at);
  const begun = { ...item, current_period_start: work.at, current_period_end: end };
  // The payment itself resumes the subscription, now or after hours.
  finalizeAndCollect(work, draftUpdate(work, subscription, begun), { offSession: false });
  return work.tables.get('subscription', subscription.id);
}

function periodAround(
  anchor: number,
  item: Stripe.SubscriptionItem,
  at: number,
): Pick<Stripe.SubscriptionItem, 'current_period_start' | 'current_period_end'> {
  let start = item.current_period_start;
  let end = item.current_period_end;
  while (end <= at) {
    start = end;
    end = periodEnd(anchor, recurringOf(item.price), start);
  }
  return { current_period_start: start, current_period_end: end };
}
