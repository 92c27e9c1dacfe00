import type Stripe from 'stripe';
import { z } from 'zod';
import { cancelNow } from '../billing/cancel-now';
import { changeItems } from '../billing/change-items';
import { createSubscription } from '../billing/create-subscription';
import { itemsAfter } from '../billing/item-changes';
import { attachMethod, resolveMethod } from '../billing/methods';
import { pauseSubscription, resumeSubscription } from '../billing/pause-subscription';
import { periodOf } from '../billing/subscription-items';
import { changeSubscription } from '../billing/subscription-state';
import { checkTrialEnd, endTrialNow, startTrial } from '../billing/trials';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, flag, page, text } from '../http/params';
import { invalidRequest } from '../stripe-error';
import { DAY, refOf, type Work } from '../work';
import { living } from './living-subscription';
import { mergeMetadata } from './metadata';
import { anchor, cancellationDetails, createShape, noProration, updateShape } from './subscription-params';

export const subscriptionOperations: readonly Operation[] = [
  operation('POST', '/v1/subscriptions', createShape, create),
  operation(
    'GET',
    '/v1/subscriptions',
    {
      ...page,
      customer: text.optional(),
      price: text.optional(),
      status: text.optional(),
      created: created.optional(),
    },
    ({ tables }, params) => {
      const matching = tables
        .list('subscription')
        .filter((one) => params.customer === undefined || refOf(one.customer) === params.customer)
        .filter(
          (one) =>
            params.price === undefined || one.items.data.some(({ price }) => price.id === params.price),
        )
        .filter((one) => isOfStatus(one, params.status))
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/subscriptions', matching, params);
    },
  ),
  operation('GET', '/v1/subscriptions/:id', {}, ({ tables }, _, id) => tables.get('subscription', id)),
  operation('POST', '/v1/subscriptions/:id', updateShape, (work, params, id) =>
    update(work, living(work, id), params),
  ),
  operation(
    'DELETE',
    '/v1/subscriptions/:id',
    {
      invoice_now: flag.default(false),
      prorate: flag.default(false),
      cancellation_details: cancellationDetails.default({}),
    },
    (work, { cancellation_details: given, prorate, invoice_now: invoiceNow }, id) => {
      const { comment = null, feedback = null } = given;
      const subscription = living(work, id);
      const details = { feedback_option: null, reason: null, comment, feedback };
      const told = { ...subscription, cancellation_details: details };
      return cancelNow(work, told, { prorate, invoiceNow });
    },
  ),
  operation(
    'POST',
    '/v1/subscriptions/:id/pause',
    {
      type: z.literal('subscription').optional(),
      bill_for: z.strictObject({
        unused_time_from: z.strictObject({ type: z.literal('none', 'the simulator supports none') }),
        outstanding_usage_through: z.strictObject({ type: z.enum(['none', 'now']) }).optional(),
      }),
    },
    (work, _, id) => pauseSubscription(work, living(work, id)),
  ),
  operation(
    'POST',
    '/v1/subscriptions/:id/resume',
    {
      billing_cycle_anchor: anchor.default({ type: 'now' }),
      proration_behavior: noProration,
      payment_behavior: z.literal('resume_on_payment_success').optional(),
    },
    (work, params, id) => resumeSubscription(work, living(work, id), params.billing_cycle_anchor.type),
  ),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.Subscription {
  const customer = work.tables.get('customer', params.customer, 'customer');
  const wanted = params.default_payment_method;
  const method = wanted === undefined ? null : attachMethod(work, resolveMethod(work, wanted), customer.id);
  const { subscription } = createSubscription(work, {
    customer,
    items: params.items.map(({ price, quantity }, index) => ({
      price: work.tables.get('price', price, `items[${String(index)}][price]`),
      quantity,
    })),
    collectionMethod: params.collection_method,
    daysUntilDue: params.days_until_due ?? null,
    method,
    cancelAt: params.cancel_at ?? null,
    trialEnd: trialEndOf(work, params),
    whenTrialEndsUnpaid: params.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    description: params.description ?? null,
    metadata: mergeMetadata(null, params.metadata),
    authenticated: false,
  });
  return subscription;
}

function update(
  work: Work,
  subscription: Stripe.Subscription,
  params: ParamsOf<typeof updateShape>,
): Stripe.Subscription {
  const settled = changeSubscription(work, subscription, {
    ...cancellation(work, subscription, params),
    ...(params.default_payment_method === undefined
      ? {}
      : { default_payment_method: methodId(work, subscription, params.default_payment_method) }),
    ...(params.days_until_due === undefined ? {} : { days_until_due: params.days_until_due }),
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
function itemsChanged(
  work: Work,
  settled: Stripe.Subscription,
  params: ParamsOf<typeof updateShape>,
): Stripe.Subscription {
  const anchor = params.billing_cycle_anchor?.type ?? 'unchanged';
  if (params.items === undefined && anchor === 'unchanged') return settled;
  return changeItems(work, settled, {
    items: itemsAfter(work, settled, params.items ?? []),
    anchor,
    proration: params.proration_behavior,
    paymentBehavior: params.payment_behavior,
  });
}

function trialEndOf(work: Work, params: ParamsOf<typeof createShape>): number | null {
  if (params.trial_period_days !== undefined) return work.at + params.trial_period_days * DAY;
  return params.trial_end === undefined ? null : checkTrialEnd(work, params.trial_end);
}

function trialSettings({
  end_behavior: { missing_payment_method: wish },
}: NonNullable<ParamsOf<typeof updateShape>['trial_settings']>): Stripe.Subscription.TrialSettings {
  return { end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: wish } };
}

function pauseOf(
  work: Work,
  wanted: NonNullable<ParamsOf<typeof updateShape>['pause_collection']> | null,
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
  params: ParamsOf<typeof updateShape>,
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

/** A list shows what is not canceled, unless it is asked for. */
function isOfStatus(subscription: Stripe.Subscription, wanted: string | undefined): boolean {
  const canceled = subscription.status === 'canceled';
  if (wanted === undefined) return !canceled;
  if (wanted === 'ended') return canceled || subscription.status === 'incomplete_expired';
  return wanted === 'all' || subscription.status === wanted;
}
