import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { schedule } from '../schedule';
import { DAY, refOf, type Work } from '../work';
import { isProcessing } from './bank-debits';
import { draftInvoice, voidInvoice } from './invoices';
import { intervalOf, linesOf, periodOf, withPeriod } from './subscription-items';
import { changeSubscription, endSubscription } from './subscription-state';
import { stopsAfterTrial } from './trials';

/**
 * A period, or a trial, is over: the subscription ends, if it was to, or the next period begins with a draft that is
 * charged an hour later. Nothing is billed here, so a renewal that fails leaves a period that has begun all the same.
 */
export function endPeriod(work: Work, subscription: Stripe.Subscription): void {
  const due = subscription.cancel_at_period_end || (subscription.cancel_at ?? Infinity) <= work.at;
  if (due) {
    endSubscription(work, subscription, 'cancellation_requested');
    return;
  }
  if (stopsAfterTrial(work, subscription)) return;
  const start = periodOf(subscription).end;
  const end = periodEnd(subscription.billing_cycle_anchor, intervalOf(subscription), start);
  const renewed = changeSubscription(work, subscription, {
    ...withPeriod(subscription, { start, end }),
    ...(subscription.status === 'trialing' ? { status: 'active' } : {}),
  });
  draftInvoice(work, {
    customer: work.tables.get('customer', refOf(subscription.customer)),
    subscription: renewed,
    billingReason: 'subscription_cycle',
    collectionMethod: renewed.collection_method === 'send_invoice' ? 'send_invoice' : 'charge_automatically',
    daysUntilDue: renewed.days_until_due,
    autoAdvance: true,
    currency: renewed.currency,
    description: null,
    lines: linesOf(renewed),
    metadata: {},
  });
}

/** Nobody paid the first invoice in time. */
export function expireIncomplete(work: Work, subscription: Stripe.Subscription): void {
  if (subscription.status !== 'incomplete') return;
  voidLatest(work, subscription);
  const patch = { status: 'incomplete_expired', ended_at: work.at } as const;
  changeSubscription(work, subscription, patch);
}

/** Nobody paid for a change in time: it will not be made. While a bank works on its payment it goes on waiting. */
export function expirePendingUpdate(work: Work, subscription: Stripe.Subscription): void {
  if (subscription.pending_update === null) return;
  if (isProcessing(work, refOf(subscription.latest_invoice ?? ''))) {
    schedule(work, 'expire_pending_update', subscription.id, work.at + DAY);
    return;
  }
  const patch = { pending_update: null };
  const expired = 'customer.subscription.pending_update_expired' as const;
  changeSubscription(work, subscription, patch, expired, 'customer.subscription.updated');
  voidLatest(work, subscription);
}

function voidLatest(work: Work, subscription: Stripe.Subscription): void {
  const invoice = work.tables.find('invoice', refOf(subscription.latest_invoice ?? ''));
  if (invoice?.status === 'open') voidInvoice(work, invoice);
}
