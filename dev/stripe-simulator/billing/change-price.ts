import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { planOf } from '../objects/catalog';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { HOUR, type Work } from '../work';
import { finalizeAndCollect, type Conclusion } from './collect-invoice';
import { INCOMPLETE_HOURS } from './create-subscription';
import { draftUpdate } from './draft-update';
import { anyItemOf, recurringOf, withItems } from './subscription-items';
import { applyPendingUpdate, changeSubscription } from './subscription-state';

export interface PriceChange {
  readonly price: Stripe.Price;
  readonly quantity: number;
  readonly anchor: 'now' | 'unchanged';
  readonly paymentBehavior: 'allow_incomplete' | 'pending_if_incomplete';
}

/**
 * Sells another price from now on, without proration. With the anchor untouched, the next period is billed at it and
 * nothing happens now; a price for another interval, or an anchor of now, begins a new period that is billed in full at
 * once. With `pending_if_incomplete` that change is made only when it is paid
 * (https://docs.stripe.com/billing/subscriptions/pending-updates).
 */
export function changePrice(
  work: Work,
  subscription: Stripe.Subscription,
  change: PriceChange,
): Stripe.Subscription {
  const item = anyItemOf(subscription);
  const next = { ...item, price: change.price, plan: planOf(change.price), quantity: change.quantity };
  const sameInterval = JSON.stringify(recurringOf(change.price)) === JSON.stringify(recurringOf(item.price));
  if (change.anchor === 'unchanged' && sameInterval) {
    return changeSubscription(work, subscription, withItems(subscription, [next]));
  }
  const end = periodEnd(work.at, recurringOf(change.price), work.at);
  const begun = { ...next, current_period_start: work.at, current_period_end: end };
  return change.paymentBehavior === 'pending_if_incomplete'
    ? changeWhenPaid(work, subscription, begun)
    : changeAndCharge(work, subscription, begun);
}

function changeWhenPaid(
  work: Work,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
): Stripe.Subscription {
  if (subscription.collection_method !== 'charge_automatically') {
    throw invalidRequest(
      '`payment_behavior=pending_if_incomplete` needs `collection_method=charge_automatically`.',
      {
        param: 'payment_behavior',
      },
    );
  }
  if (subscription.pending_update !== null) changeSubscription(work, subscription, { pending_update: null });
  const expiresAt = work.at + INCOMPLETE_HOURS * HOUR;
  const pending: Stripe.Subscription.PendingUpdate = {
    billing_cycle_anchor: item.current_period_start,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: expiresAt,
    metadata: null,
    subscription_items: [item],
    trial_end: null,
    trial_from_plan: null,
  };
  // Pending first and applied by the payment, so that a payment now and one after hours go the same way.
  const waiting = work.tables.put('subscription', { ...subscription, pending_update: pending });
  const outcome = bill(work, waiting, item);
  if (outcome === 'held') applyPendingUpdate(work, waiting, pending);
  if (outcome === 'paid' || outcome === 'held') return work.tables.get('subscription', subscription.id);
  schedule(work, 'expire_pending_update', subscription.id, expiresAt);
  return changeSubscription(work, waiting, {});
}

function changeAndCharge(
  work: Work,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
): Stripe.Subscription {
  const patch = { ...withItems(subscription, [item]), billing_cycle_anchor: item.current_period_start };
  const changed = changeSubscription(work, subscription, patch);
  const outcome = bill(work, changed, item);
  if (outcome === 'paid' || outcome === 'held') return work.tables.get('subscription', subscription.id);
  return changeSubscription(work, changed, { status: 'past_due' });
}

function bill(
  work: Work,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
): Conclusion['outcome'] {
  const begun = { ...subscription, ...withItems(subscription, [item]) };
  return finalizeAndCollect(work, draftUpdate(work, begun), { offSession: false }).outcome;
}
