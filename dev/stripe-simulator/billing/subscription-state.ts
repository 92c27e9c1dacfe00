import type Stripe from 'stripe';
import { change } from '../events';
import { schedule, unschedule } from '../schedule';
import { refOrNull, type Work } from '../work';
import { isProcessing } from './bank-debits';
import { stopCollecting, subscriptionOf } from './invoices';
import { periodOf, withItems, withPeriod } from './subscription-items';

/** Has the subscription end its period, and whatever else is set to happen to it, at the right instants. */
export function scheduleLife(work: Work, subscription: Stripe.Subscription): void {
  const ended = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
  if (ended || subscription.status === 'paused') unschedule(work, 'end_period', subscription.id);
  else schedule(work, 'end_period', subscription.id, periodOf(subscription).end);
  if (ended || subscription.cancel_at === null) unschedule(work, 'cancel_subscription', subscription.id);
  else schedule(work, 'cancel_subscription', subscription.id, subscription.cancel_at);
  const resumesAt = subscription.pause_collection?.resumes_at ?? null;
  if (ended || resumesAt === null) unschedule(work, 'resume_collection', subscription.id);
  else schedule(work, 'resume_collection', subscription.id, resumesAt);
  if (subscription.status !== 'trialing') unschedule(work, 'tell_trial_end', subscription.id);
  if (subscription.status !== 'incomplete') unschedule(work, 'expire_incomplete', subscription.id);
  if (ended || subscription.pending_update === null) {
    unschedule(work, 'expire_pending_update', subscription.id);
  }
}

/** Changes a subscription, tells of it, and schedules what follows. */
export function changeSubscription(
  work: Work,
  subscription: Stripe.Subscription,
  patch: Partial<Stripe.Subscription>,
  ...types: readonly Stripe.Event.Type[]
): Stripe.Subscription {
  const current = work.tables.get('subscription', subscription.id);
  const events = types.length === 0 ? (['customer.subscription.updated'] as const) : types;
  const end = periodOf({ ...current, ...patch }).end;
  // The end of the period is another one when the period is.
  const follows = current.cancel_at_period_end && patch.items !== undefined && patch.cancel_at === undefined;
  const moved = follows ? { ...patch, cancel_at: end } : patch;
  const changed = change(work, 'subscription', current, moved, ...events);
  scheduleLife(work, changed);
  return changed;
}

/** Ends a subscription for good. Its open invoices stay, but nothing collects them by itself any more. */
export function endSubscription(
  work: Work,
  subscription: Stripe.Subscription,
  reason: 'cancellation_requested' | 'payment_failed',
): Stripe.Subscription {
  for (const invoice of work.tables.list('invoice')) {
    if (refOrNull(invoice.parent?.subscription_details?.subscription) !== subscription.id) continue;
    if (invoice.status !== 'draft' && invoice.status !== 'open') continue;
    stopCollecting(work, invoice);
    const patch = { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null };
    work.tables.put('invoice', { ...invoice, ...patch });
  }
  return changeSubscription(
    work,
    subscription,
    {
      status: 'canceled',
      cancel_at_period_end: false,
      canceled_at: subscription.canceled_at ?? work.at,
      ended_at: work.at,
      pending_update: null,
      cancellation_details: {
        comment: subscription.cancellation_details?.comment ?? null,
        feedback: subscription.cancellation_details?.feedback ?? null,
        feedback_option: subscription.cancellation_details?.feedback_option ?? null,
        reason: subscription.cancellation_details?.reason ?? reason,
      },
    },
    'customer.subscription.deleted',
  );
}

/** What a paid invoice does to the subscription that it bills. */
export function applyPaidInvoice(work: Work, invoice: Stripe.Invoice): void {
  const subscription = subscriptionOf(work, invoice);
  if (subscription === null) return;
  const { status } = subscription;
  if (status === 'paused') {
    // Only the bill of a return resumes it; a renewal of before, paid late by a bank, does not.
    if (isLatest(subscription, invoice) && invoice.billing_reason === 'subscription_update')
      resumeFrom(work, subscription, invoice);
  } else if (
    status === 'incomplete' ||
    (status === 'past_due' && !owesAnother(work, subscription, invoice))
  ) {
    changeSubscription(work, subscription, { status: 'active' });
  } else if (subscription.pending_update !== null && isLatest(subscription, invoice)) {
    applyPendingUpdate(work, subscription, subscription.pending_update);
  }
}

/** What a voided invoice does to the subscription: a change that waited for it is off, and a debt less is owed. */
export function applyVoidedInvoice(work: Work, invoice: Stripe.Invoice): void {
  const subscription = subscriptionOf(work, invoice);
  if (subscription === null) return;
  if (subscription.pending_update !== null && isLatest(subscription, invoice)) {
    changeSubscription(work, subscription, { pending_update: null });
  } else if (subscription.status === 'past_due' && !owesAnother(work, subscription, invoice)) {
    changeSubscription(work, subscription, { status: 'active' });
  }
}

/** What an invoice that was given up on does to the subscription: it is as good as settled there. */
export function applyUncollectible(work: Work, invoice: Stripe.Invoice): void {
  const subscription = subscriptionOf(work, invoice);
  if (subscription?.status === 'paused') applyPaidInvoice(work, invoice);
  else applyVoidedInvoice(work, invoice);
}

/** Makes a paused subscription run again, in the period that an invoice bills. */
function resumeFrom(work: Work, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  const period = invoice.lines.data.find(
    ({ parent }) => parent?.subscription_item_details?.proration === false,
  )?.period;
  if (period === undefined) return;
  changeSubscription(
    work,
    subscription,
    { status: 'active', billing_cycle_anchor: period.start, ...withPeriod(subscription, period) },
    'customer.subscription.resumed',
    'customer.subscription.updated',
  );
}

/** Makes a change that waited for its payment. */
export function applyPendingUpdate(
  work: Work,
  subscription: Stripe.Subscription,
  pending: Stripe.Subscription.PendingUpdate,
): void {
  const patch: Partial<Stripe.Subscription> = {
    ...withItems(subscription, pending.subscription_items ?? subscription.items.data),
    billing_cycle_anchor: pending.billing_cycle_anchor ?? subscription.billing_cycle_anchor,
    pending_update: null,
  };
  changeSubscription(
    work,
    subscription,
    patch,
    'customer.subscription.pending_update_applied',
    'customer.subscription.updated',
  );
}

function owesAnother(work: Work, subscription: Stripe.Subscription, paid: Stripe.Invoice): boolean {
  return work.tables
    .list('invoice')
    .some(
      (invoice) =>
        invoice.id !== paid.id &&
        invoice.status === 'open' &&
        !isProcessing(work, invoice.id) &&
        (invoice.attempted || (invoice.due_date ?? Infinity) <= work.at) &&
        refOrNull(invoice.parent?.subscription_details?.subscription) === subscription.id,
    );
}

function isLatest(subscription: Stripe.Subscription, invoice: Stripe.Invoice): boolean {
  return refOrNull(subscription.latest_invoice) === invoice.id;
}
