import type Stripe from 'stripe';
import { z } from 'zod';
import { cancelNow } from '../billing/cancel-now';
import { createSubscription } from '../billing/create-subscription';
import { attachMethod, resolveMethod } from '../billing/methods';
import { pauseSubscription, resumeSubscription } from '../billing/pause-subscription';
import { checkTrialEnd } from '../billing/trials';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, flag, page, text } from '../http/params';
import { DAY, refOf, type Work } from '../work';
import { living } from './living-subscription';
import { mergeMetadata } from '../metadata';
import { anchor, cancellationDetails, createShape, noProration, updateShape } from './subscription-params';
import { updateSubscription } from './subscription-update';

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
    updateSubscription(work, id, params),
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
    coupons: (params.discounts ?? []).map(({ coupon }) => coupon),
    description: params.description ?? null,
    metadata: mergeMetadata(null, params.metadata),
    authenticated: false,
  });
  return subscription;
}

function trialEndOf(work: Work, params: ParamsOf<typeof createShape>): number | null {
  if (params.trial_period_days !== undefined) return work.at + params.trial_period_days * DAY;
  return params.trial_end === undefined ? null : checkTrialEnd(work, params.trial_end);
}

/** A list shows what is not canceled, unless it is asked for. */
function isOfStatus(subscription: Stripe.Subscription, wanted: string | undefined): boolean {
  const canceled = subscription.status === 'canceled';
  if (wanted === undefined) return !canceled;
  if (wanted === 'ended') return canceled || subscription.status === 'incomplete_expired';
  return wanted === 'all' || subscription.status === wanted;
}
