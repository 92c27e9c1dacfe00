import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { HOUR, type Work } from '../work';
import { finalizeAndCollect, type Conclusion } from './collect-invoice';
import { INCOMPLETE_HOURS } from './create-subscription';
import { draftUpdate } from './draft-update';
import { pendingItemsOf, prorate } from './prorations';
import { intervalOf, linesOf, withItems, withPeriod } from './subscription-items';
import { applyPendingUpdate, changeSubscription } from './subscription-state';

export interface ItemsChange {
  /** All items from now on, in the present period; see `itemsAfter`. */
  readonly items: readonly Stripe.SubscriptionItem[];
  readonly anchor: 'now' | 'unchanged';
  readonly proration: 'always_invoice' | 'create_prorations' | 'none';
  readonly paymentBehavior: 'allow_incomplete' | 'pending_if_incomplete';
}

/**
 * Sells other items from now on. A period of its own begins now, and is billed at once, when the anchor is to be now, when
 * the interval is another one, or when what was free is not any more; else the present one goes on and the next is billed
 * at the new prices. Prorations wait for that invoice, or are invoiced at once with `always_invoice`. With
 * `pending_if_incomplete` a change that is billed at once is made only when it is paid
 * (https://docs.stripe.com/billing/subscriptions/pending-updates). A trial goes on as it is; a subscription that is paused
 * makes no invoices, so it takes no change that needs one.
 */
export function changeItems(
  work: Work,
  subscription: Stripe.Subscription,
  change: ItemsChange,
): Stripe.Subscription {
  const next = { ...subscription, ...withItems(subscription, change.items) };
  const begins = change.anchor === 'now' || beginsPeriod(subscription, next);
  if (subscription.status === 'trialing' || subscription.status === 'paused') {
    refuseBilling(subscription, change);
    return changeSubscription(work, subscription, withItems(subscription, change.items));
  }
  if (change.proration !== 'none') {
    prorate(work, subscription, { items: change.items, periodGoesOn: !begins });
  }
  const end = periodEnd(work.at, intervalOf(next), work.at);
  const target = begins ? { ...next, ...withPeriod(next, { start: work.at, end }) } : next;
  const billsNow = begins || (change.proration === 'always_invoice' && pendingItemsOf(work, next).length > 0);
  if (!billsNow) return changeSubscription(work, subscription, { items: next.items });
  const billed = { target, anchor: begins ? work.at : null };
  return change.paymentBehavior === 'pending_if_incomplete'
    ? changeWhenPaid(work, subscription, billed)
    : changeAndCharge(work, subscription, billed);
}

/** A subscription after a change that is billed at once, and its anchor when that is another one. */
interface Billed {
  readonly target: Stripe.Subscription;
  readonly anchor: number | null;
}

function beginsPeriod(before: Stripe.Subscription, after: Stripe.Subscription): boolean {
  const costs = (one: Stripe.Subscription): boolean => linesOf(one).some(({ amount }) => amount > 0);
  const sameInterval = JSON.stringify(intervalOf(before)) === JSON.stringify(intervalOf(after));
  return !sameInterval || (!costs(before) && costs(after));
}

function refuseBilling({ status }: Stripe.Subscription, { anchor, paymentBehavior }: ItemsChange): void {
  if (anchor === 'now') {
    throw invalidRequest(`You cannot reset the billing cycle anchor of a subscription that is ${status}.`, {
      param: 'billing_cycle_anchor',
    });
  }
  if (status === 'paused' && paymentBehavior === 'pending_if_incomplete') {
    throw invalidRequest(
      'A paused subscription cannot have pending updates. Resume the subscription first.',
      {
        param: 'payment_behavior',
      },
    );
  }
}

function changeWhenPaid(
  work: Work,
  subscription: Stripe.Subscription,
  { target, anchor }: Billed,
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
    billing_cycle_anchor: anchor,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: expiresAt,
    metadata: null,
    subscription_items: target.items.data,
    trial_end: null,
    trial_from_plan: null,
  };
  // Pending first and applied by the payment, so that a payment now and one after hours go the same way.
  const waiting = work.tables.put('subscription', { ...subscription, pending_update: pending });
  const outcome = bill(work, waiting, { target, anchor });
  if (outcome === 'held') applyPendingUpdate(work, waiting, pending);
  if (outcome === 'paid' || outcome === 'held') return work.tables.get('subscription', subscription.id);
  schedule(work, 'expire_pending_update', subscription.id, expiresAt);
  return changeSubscription(work, waiting, {});
}

function changeAndCharge(
  work: Work,
  subscription: Stripe.Subscription,
  { target, anchor }: Billed,
): Stripe.Subscription {
  const patch = { items: target.items, ...(anchor === null ? {} : { billing_cycle_anchor: anchor }) };
  const changed = changeSubscription(work, subscription, patch);
  const outcome = bill(work, changed, { target, anchor });
  if (['paid', 'held', 'processing'].includes(outcome))
    return work.tables.get('subscription', subscription.id);
  return changeSubscription(work, changed, { status: 'past_due' });
}

/** Bills what is pending, and the period that begins with the change, when one does. */
function bill(
  work: Work,
  subscription: Stripe.Subscription,
  { target, anchor }: Billed,
): Conclusion['outcome'] {
  const lines = anchor === null ? [] : linesOf({ ...subscription, items: target.items });
  return finalizeAndCollect(work, draftUpdate(work, subscription, lines), { offSession: false }).outcome;
}
