import type Stripe from 'stripe';
import { z } from 'zod';
import { expireSession } from '../billing/checkout';
import { openSession } from '../billing/open-session';
import { change } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, integer, metadata, page, text, webAddress } from '../http/params';
import { lineItemsOf } from '../objects/line-item';
import { invalidRequest } from '../stripe-error';
import { DAY, HOUR, refOrNull, type Work } from '../work';
import { mergeMetadata } from '../metadata';
import { discountsShape } from './coupons';
import { trialShape } from './subscription-params';

const shape = {
  mode: z.enum(['payment', 'subscription']),
  line_items: z
    .array(z.strictObject({ price: text, quantity: integer.pipe(z.number().min(1)).default(1) }))
    .min(1)
    .max(20),
  success_url: webAddress,
  cancel_url: webAddress.optional(),
  customer: text.optional(),
  client_reference_id: text.optional(),
  expires_at: integer.optional(),
  metadata: metadata.optional(),
  discounts: discountsShape.optional(),
  payment_method_collection: z.enum(['always', 'if_required']).optional(),
  payment_intent_data: z
    .strictObject({
      metadata: metadata.optional(),
      setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
    })
    .optional(),
  subscription_data: z
    .strictObject({
      metadata: metadata.optional(),
      billing_mode: z.strictObject({ type: z.literal('flexible') }).optional(),
      ...trialShape,
    })
    .optional(),
};

export const checkoutOperations: readonly Operation[] = [
  operation('POST', '/v1/checkout/sessions', shape, createSession),
  operation(
    'GET',
    '/v1/checkout/sessions',
    {
      ...page,
      customer: text.optional(),
      payment_intent: text.optional(),
      subscription: text.optional(),
      payment_link: text.optional(),
      status: z.enum(['open', 'complete', 'expired']).optional(),
      created: created.optional(),
    },
    ({ tables }, params) => {
      const same = (wanted: string | undefined, has: string | null): boolean =>
        wanted === undefined || wanted === has;
      const matching = tables
        .list('checkout.session')
        .filter((session) => same(params.customer, refOrNull(session.customer)))
        .filter((session) => same(params.payment_intent, refOrNull(session.payment_intent)))
        .filter((session) => same(params.subscription, refOrNull(session.subscription)))
        .filter((session) => same(params.payment_link, refOrNull(session.payment_link)))
        .filter((session) => same(params.status, session.status))
        .filter((session) => createdWithin(session.created, params.created));
      return paginate('/v1/checkout/sessions', matching, params);
    },
  ),
  operation('GET', '/v1/checkout/sessions/:id', {}, ({ tables }, _, id) =>
    tables.get('checkout.session', id),
  ),
  operation('POST', '/v1/checkout/sessions/:id', { metadata: metadata.optional() }, (work, params, id) => {
    const session = work.tables.get('checkout.session', id);
    const patch = { metadata: mergeMetadata(session.metadata, params.metadata) };
    return change(work, 'checkout.session', session, patch);
  }),
  operation('GET', '/v1/checkout/sessions/:id/line_items', page, ({ tables }, params, id) =>
    paginate(`/v1/checkout/sessions/${id}/line_items`, lineItemsOf(tables, id).toReversed(), params),
  ),
  operation('POST', '/v1/checkout/sessions/:id/expire', {}, (work, _, id) =>
    expireSession(work, work.tables.get('checkout.session', id)),
  ),
];

function createSession(work: Work, params: ParamsOf<typeof shape>): Stripe.Checkout.Session {
  const { customer, expires_at: expiresAt } = params;
  if (expiresAt !== undefined && (expiresAt < work.at + HOUR / 2 || expiresAt > work.at + DAY)) {
    throw invalidRequest('The `expires_at` timestamp must be 30 minutes to 24 hours from now.', {
      param: 'expires_at',
    });
  }
  const data = params.mode === 'payment' ? params.payment_intent_data : params.subscription_data;
  const trial = params.subscription_data ?? {};
  return openSession(work, {
    mode: params.mode,
    items: params.line_items.map(({ price, quantity }, index) => ({
      price: work.tables.get('price', price, `line_items[${String(index)}][price]`),
      quantity,
    })),
    customer: customer === undefined ? null : work.tables.get('customer', customer, 'customer'),
    customerEmail: null,
    successUrl: params.success_url,
    cancelUrl: params.cancel_url ?? null,
    clientReferenceId: params.client_reference_id ?? null,
    expiresAt: expiresAt ?? null,
    methodCollection: params.payment_method_collection ?? null,
    paymentLink: null,
    metadata: mergeMetadata(null, params.metadata),
    terms: {
      metadata: mergeMetadata(null, data?.metadata),
      setupFutureUsage: params.payment_intent_data?.setup_future_usage ?? null,
      coupons: (params.discounts ?? []).map(({ coupon }) => coupon),
      trialDays: trial.trial_period_days ?? null,
      trialEnd: trial.trial_end ?? null,
      whenTrialEndsUnpaid: trial.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    },
  });
}
