import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';
import { finalizeAndCollect } from './collect-invoice';
import { draftUpdate } from './draft-update';
import { intervalOf, periodOf, withPeriod, type Period } from './subscription-items';
import { changeSubscription } from './subscription-state';

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
  if (anchor === 'unchanged') {
    const patch = {
      status: 'active',
      ...withPeriod(subscription, periodAround(subscription, work.at)),
    } as const;
    return changeSubscription(
      work,
      subscription,
      patch,
      'customer.subscription.resumed',
      'customer.subscription.updated',
    );
  }
  const end = periodEnd(work.at, intervalOf(subscription), work.at);
  const begun = { ...subscription, ...withPeriod(subscription, { start: work.at, end }) };
  // The payment itself resumes the subscription, now or after hours.
  finalizeAndCollect(work, draftUpdate(work, begun), { offSession: false });
  return work.tables.get('subscription', subscription.id);
}

function periodAround(subscription: Stripe.Subscription, at: number): Period {
  let { start, end } = periodOf(subscription);
  while (end <= at) {
    start = end;
    end = periodEnd(subscription.billing_cycle_anchor, intervalOf(subscription), start);
  }
  return { start, end };
}
