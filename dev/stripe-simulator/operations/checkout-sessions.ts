import type Stripe from 'stripe';
import { z } from 'zod';
import { expireSession } from '../billing/checkout';
import { checkItems } from '../billing/item-changes';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, integer, metadata, page, text, webAddress } from '../http/params';
import { buildCheckoutSession } from '../objects/checkout-session';
import { lineItemsOf } from '../objects/line-item';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { DAY, HOUR, refOrNull, type Work } from '../work';
import { mergeMetadata } from './metadata';
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
        .filter((session) => same(params.status, session.status))
        .filter((session) => createdWithin(session.created, params.created));
      return paginate('/v1/checkout/sessions', matching, params);
    },
  ),
  operation('GET', '/v1/checkout/sessions/:id', {}, ({ tables }, _, id) =>
    tables.get('checkout.session', id),
  ),
  operation('GET', '/v1/checkout/sessions/:id/line_items', page, ({ tables }, params, id) =>
    paginate(`/v1/checkout/sessions/${id}/line_items`, lineItemsOf(tables, id), params),
  ),
  operation('POST', '/v1/checkout/sessions/:id/expire', {}, (work, _, id) =>
    expireSession(work, work.tables.get('checkout.session', id)),
  ),
];

function createSession(work: Work, params: ParamsOf<typeof shape>): Stripe.Checkout.Session {
  const sold = params.line_items.map(({ price: id, quantity }, index) => ({
    price: work.tables.get('price', id, `line_items[${String(index)}][price]`),
    quantity,
  }));
  const prices = sold.map(({ price }) => price);
  refuseMixed(params.mode, prices);
  const { customer, expires_at: expiresAt } = params;
  if (expiresAt !== undefined && (expiresAt < work.at + HOUR / 2 || expiresAt > work.at + DAY)) {
    throw invalidRequest('The `expires_at` timestamp must be 30 minutes to 24 hours from now.', {
      param: 'expires_at',
    });
  }
  const trial = params.subscription_data ?? {};
  const onTrial = trial.trial_period_days !== undefined || trial.trial_end !== undefined;
  const session = buildCheckoutSession(work, {
    mode: params.mode,
    customer: customer === undefined ? null : work.tables.get('customer', customer, 'customer'),
    amount: onTrial
      ? 0
      : sold.reduce((sum, { price, quantity }) => sum + (price.unit_amount ?? 0) * quantity, 0),
    currency: prices[0]?.currency ?? 'usd',
    successUrl: params.success_url,
    cancelUrl: params.cancel_url ?? null,
    clientReferenceId: params.client_reference_id ?? null,
    expiresAt: expiresAt ?? null,
    metadata: mergeMetadata(null, params.metadata),
  });
  const data = params.mode === 'payment' ? params.payment_intent_data : params.subscription_data;
  work.tables.put('checkout_terms', {
    id: session.id,
    items: params.line_items,
    metadata: mergeMetadata(null, data?.metadata),
    setupFutureUsage: params.payment_intent_data?.setup_future_usage ?? null,
    trialDays: trial.trial_period_days ?? null,
    trialEnd: trial.trial_end ?? null,
    whenTrialEndsUnpaid: trial.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
  });
  schedule(work, 'expire_session', session.id, session.expires_at);
  return work.tables.put('checkout.session', session);
}

function refuseMixed(mode: 'payment' | 'subscription', prices: readonly Stripe.Price[]): void {
  if (mode === 'subscription') {
    checkItems(prices);
    return;
  }
  const recurring = prices.findIndex((price) => price.recurring !== null);
  if (recurring >= 0) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: `line_items[${String(recurring)}][price]` },
    );
  }
}
