import type Stripe from 'stripe';
import { refOf, type Work } from '../work';
import { finalizeAndCollect } from './collect-invoice';
import { draftInvoice } from './invoices';
import { pendingItemsOf, prorate } from './prorations';
import { endSubscription } from './subscription-state';

/**
 * Ends a subscription at once. With `prorate` the time that was paid ahead is credited, as a pending invoice item; with
 * `invoiceNow` whatever is pending is invoiced, and what that leaves over goes to the customer's balance
 * (https://docs.stripe.com/api/subscriptions/cancel).
 */
export function cancelNow(
  work: Work,
  subscription: Stripe.Subscription,
  wish: { readonly prorate: boolean; readonly invoiceNow: boolean },
): Stripe.Subscription {
  if (wish.prorate) prorate(work, subscription, { items: [], periodGoesOn: false });
  const ended = endSubscription(work, subscription, 'cancellation_requested');
  if (!wish.invoiceNow || pendingItemsOf(work, ended).length === 0) return ended;
  const last = draftInvoice(work, {
    customer: work.tables.get('customer', refOf(ended.customer)),
    subscription: ended,
    billingReason: 'subscription_update',
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    autoAdvance: false,
    currency: ended.currency,
    description: null,
    lines: [],
    metadata: {},
  });
  finalizeAndCollect(work, last, { offSession: true });
  return work.tables.get('subscription', ended.id);
}
