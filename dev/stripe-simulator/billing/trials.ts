import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { emit } from '../events';
import { schedule, unschedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { DAY, refOf, type Work } from '../work';
import { finalizeAndCollect } from './collect-invoice';
import { draftUpdate } from './draft-update';
import { methodToCharge } from './methods';
import { prorate } from './prorations';
import { intervalOf, withPeriod } from './subscription-items';
import { changeSubscription, endSubscription } from './subscription-state';

/** How long before its end a trial is announced to be over, as `customer.subscription.trial_will_end`. */
const TOLD_DAYS = 3;

/** Refuses an end that is not in the future. */
export function checkTrialEnd(work: Work, trialEnd: number): number {
  if (trialEnd > work.at) return trialEnd;
  throw invalidRequest('Invalid timestamp: must be an integer Unix timestamp in the future.', {
    param: 'trial_end',
    code: 'parameter_invalid_integer',
  });
}

/** Has the end of a trial told three days before, or at once when there is less time. */
export function announceTrialEnd(work: Work, subscription: Stripe.Subscription): void {
  if (subscription.status !== 'trialing' || subscription.trial_end === null) {
    unschedule(work, 'tell_trial_end', subscription.id);
  } else {
    schedule(
      work,
      'tell_trial_end',
      subscription.id,
      Math.max(work.at, subscription.trial_end - TOLD_DAYS * DAY),
    );
  }
}

/** Tells that a trial is about to end. */
export function tellTrialEnd(work: Work, subscription: Stripe.Subscription): void {
  if (subscription.status === 'trialing') emit(work, 'customer.subscription.trial_will_end', subscription);
}

/**
 * Puts a subscription on trial until an instant, which becomes its anchor: a period of its own begins now, for which an
 * invoice is made at once, over nothing but a credit for what was paid ahead. Nothing is billed before the trial ends
 * (https://docs.stripe.com/billing/subscriptions/trials).
 */
export function startTrial(
  work: Work,
  subscription: Stripe.Subscription,
  trialEnd: number,
  proration: 'always_invoice' | 'create_prorations' | 'none',
): Stripe.Subscription {
  if (proration !== 'none' && subscription.status !== 'trialing') {
    prorate(work, subscription, { items: subscription.items.data, periodGoesOn: false });
  }
  const onTrial = changeSubscription(work, subscription, {
    ...withPeriod(subscription, { start: work.at, end: checkTrialEnd(work, trialEnd) }),
    status: 'trialing',
    trial_start: subscription.status === 'trialing' ? subscription.trial_start : work.at,
    trial_end: trialEnd,
    billing_cycle_anchor: trialEnd,
  });
  announceTrialEnd(work, onTrial);
  finalizeAndCollect(work, draftUpdate(work, onTrial), { offSession: true });
  return work.tables.get('subscription', subscription.id);
}

/** Ends a trial before its time: the first period to be paid begins now and is billed at once. */
export function endTrialNow(work: Work, subscription: Stripe.Subscription): Stripe.Subscription {
  if (subscription.status !== 'trialing') return subscription;
  const end = periodEnd(work.at, intervalOf(subscription), work.at);
  const active = changeSubscription(work, subscription, {
    ...withPeriod(subscription, { start: work.at, end }),
    status: 'active',
    trial_end: work.at,
    billing_cycle_anchor: work.at,
  });
  announceTrialEnd(work, active);
  const { outcome } = finalizeAndCollect(work, draftUpdate(work, active), { offSession: true });
  if (outcome === 'declined' || outcome === 'requires_action') {
    return changeSubscription(work, active, { status: 'past_due' });
  }
  return work.tables.get('subscription', subscription.id);
}

/**
 * What a trial that is over leads to. Without a payment method it goes by `trial_settings`: an invoice all the same, which is
 * the default, or the end of the subscription, or a pause; true when one of the latter two was done.
 */
export function stopsAfterTrial(work: Work, subscription: Stripe.Subscription): boolean {
  if (subscription.status !== 'trialing') return false;
  const wish = subscription.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice';
  const customer = work.tables.get('customer', refOf(subscription.customer));
  if (wish === 'create_invoice' || methodToCharge(work, customer, subscription) !== null) return false;
  if (wish === 'cancel') {
    endSubscription(work, subscription, 'cancellation_requested');
    return true;
  }
  const paused = {
    subscription: { type: 'trial_end_without_payment_method' },
    transitioned_at: work.at,
    type: 'subscription',
  };
  const patch = { status: 'paused', status_details: { paused } } as const;
  const events = ['customer.subscription.paused', 'customer.subscription.updated'] as const;
  changeSubscription(work, subscription, patch, ...events);
  return true;
}
