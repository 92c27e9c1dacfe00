import type Stripe from 'stripe';
import { changeItems } from '../billing/change-items';
import { giveDiscounts } from '../billing/discounts';
import { itemsAfter } from '../billing/item-changes';
import { attachMethod, resolveMethod } from '../billing/methods';
import { periodOf } from '../billing/subscription-items';
import { changeSubscription } from '../billing/subscription-state';
import { endTrialNow, startTrial } from '../billing/trials';
import type { ParamsOf } from '../http/operation';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';
import { living } from './living-subscription';
import { mergeMetadata } from '../metadata';
import type { updateShape } from './subscription-params';

type Params = ParamsOf<typeof updateShape>;

/** Changes a subscription; of one that is over only what can still be said of it. */
export function updateSubscription(work: Work, id: string, params: Params): Stripe.Subscription {
  const subscription = work.tables.get('subscription', id);
  const isOver = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
  return isOver ? updateEnded(work, subscription, params) : update(work, subscription, params);
}

function update(work: Work, subscription: Stripe.Subscription, params: Params): Stripe.Subscription {
  const settled = changeSubscription(work, subscription, {
    ...cancellation(work, subscription, params),
    ...(params.default_payment_method === undefined
      ? {}
      : { default_payment_method: methodId(work, subscription, params.default_payment_method) }),
    ...(params.collection_method === undefined ? {} : collected(subscription, params)),
    ...(params.cancellation_details === undefined
      ? {}
      : { cancellation_details: detailsOf(subscription, params.cancellation_details) }),
    ...(params.days_until_due === undefined ? {} : { days_until_due: params.days_until_due }),
    ...(params.discounts === undefined ? {} : { discounts: given(work, subscription, params.discounts) }),
    ...(params.description === undefined ? {} : { description: params.description }),
    ...(params.pause_collection === undefined
      ? {}
      : { pause_collection: pauseOf(work, params.pause_collection) }),
    ...(params.trial_settings === undefined ? {} : { trial_settings: trialSettings(params.trial_settings) }),
    metadata: mergeMetadata(subscription.metadata, params.metadata),
  });
  const changed = itemsChanged(work, settled, params);
  if (params.trial_end === undefined) return changed;
  return params.trial_end === 'now'
    ? endTrialNow(work, changed)
    : startTrial(work, changed, params.trial_end, params.proration_behavior);
}

/** The items and the anchor; with a trial, the period that it begins takes the place of that. */
function itemsChanged(work: Work, settled: Stripe.Subscription, params: Params): Stripe.Subscription {
  const anchor = params.billing_cycle_anchor?.type ?? 'unchanged';
  if (params.items === undefined && anchor === 'unchanged') return settled;
  return changeItems(work, settled, {
    items: itemsAfter(work, settled, params.items ?? []),
    anchor,
    proration: params.proration_behavior,
    paymentBehavior: params.payment_behavior,
  });
}

/** What can still be said of a subscription that is over; anything else is refused. */
function updateEnded(work: Work, ended: Stripe.Subscription, params: Params): Stripe.Subscription {
  const { metadata, cancellation_details: details, ...others } = params;
  const asked = { ...others, proration_behavior: undefined, payment_behavior: undefined };
  if (Object.values(asked).some((value) => value !== undefined)) return living(work, ended.id);
  return changeSubscription(work, ended, {
    ...(details === undefined ? {} : { cancellation_details: detailsOf(ended, details) }),
    metadata: mergeMetadata(ended.metadata, metadata),
  });
}

function given(
  work: Work,
  { id, customer }: Stripe.Subscription,
  discounts: readonly { readonly coupon: string }[],
): string[] {
  const coupons = discounts.map(({ coupon }) => coupon);
  return giveDiscounts(work, coupons, { customer: refOf(customer), subscription: id });
}

function detailsOf(
  { cancellation_details: current }: Stripe.Subscription,
  { comment, feedback }: NonNullable<Params['cancellation_details']>,
): Stripe.Subscription.CancellationDetails {
  return {
    comment: comment ?? current?.comment ?? null,
    feedback: feedback ?? current?.feedback ?? null,
    feedback_option: current?.feedback_option ?? null,
    reason: current?.reason ?? null,
  };
}

function collected(
  subscription: Stripe.Subscription,
  { collection_method: method = 'charge_automatically', days_until_due: days }: Params,
): Partial<Stripe.Subscription> {
  const sends = method === 'send_invoice';
  if (sends && days === undefined && subscription.days_until_due === null) {
    throw invalidRequest('Missing required param: days_until_due.', { param: 'days_until_due' });
  }
  return { collection_method: method, ...(sends ? {} : { days_until_due: null }) };
}

function trialSettings({
  end_behavior: { missing_payment_method: wish },
}: NonNullable<Params['trial_settings']>): Stripe.Subscription.TrialSettings {
  return { end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: wish } };
}

function pauseOf(
  work: Work,
  wanted: NonNullable<Params['pause_collection']> | null,
): Stripe.Subscription.PauseCollection | null {
  if (wanted === null) return null;
  const { behavior, resumes_at: resumesAt = null } = wanted;
  if (resumesAt === null || resumesAt > work.at) return { behavior, resumes_at: resumesAt };
  throw invalidRequest('`resumes_at` must be in the future.', { param: 'pause_collection[resumes_at]' });
}

/** Both ways to say that a subscription is to end; what Stripe shows of either. */
function cancellation(
  work: Work,
  subscription: Stripe.Subscription,
  params: Params,
): Partial<Stripe.Subscription> {
  const { cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd } = params;
  if (cancelAt === undefined && atPeriodEnd === undefined) return {};
  const periodEnd = periodOf(subscription).end;
  if (atPeriodEnd === true) {
    return { cancel_at_period_end: true, cancel_at: periodEnd, canceled_at: work.at };
  }
  if (cancelAt === undefined || cancelAt === null) {
    return { cancel_at_period_end: false, cancel_at: null, canceled_at: null };
  }
  const at = cancelAt === 'min_period_end' ? periodEnd : cancelAt;
  return { cancel_at_period_end: false, cancel_at: at, canceled_at: work.at };
}

function methodId(work: Work, subscription: Stripe.Subscription, wanted: string | null): string | null {
  if (wanted === null) return null;
  return attachMethod(work, resolveMethod(work, wanted), refOf(subscription.customer)).id;
}
