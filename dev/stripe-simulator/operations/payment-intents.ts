import type Stripe from 'stripe';
import { z } from 'zod';
import { attemptPayment, cancelIntent } from '../billing/attempt-payment';
import { openDisputeIfAsked } from '../billing/disputes';
import { attachMethod, resolveMethod } from '../billing/methods';
import { emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, currency, flag, integer, metadata, page, text } from '../http/params';
import { buildPaymentIntent } from '../objects/payment-intent';
import { cardError, invalidRequest } from '../stripe-error';
import { refOrNull, type Work } from '../work';
import { mergeMetadata } from './metadata';

const createShape = {
  amount: integer.pipe(z.number().min(1)),
  currency,
  customer: text.optional(),
  payment_method: text.optional(),
  confirm: flag.default(false),
  off_session: flag.default(false),
  error_on_requires_action: flag.default(false),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  description: text.optional(),
  metadata: metadata.optional(),
};

export const paymentIntentOperations: readonly Operation[] = [
  operation('POST', '/v1/payment_intents', createShape, create),
  operation(
    'GET',
    '/v1/payment_intents',
    { ...page, customer: text.optional(), created: created.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('payment_intent')
        .filter((one) => params.customer === undefined || refOrNull(one.customer) === params.customer)
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/payment_intents', matching, params);
    },
  ),
  operation('GET', '/v1/payment_intents/:id', {}, ({ tables }, _, id) => tables.get('payment_intent', id)),
  operation('POST', '/v1/payment_intents/:id/cancel', {}, (work, _, id) => {
    const canceled = cancelIntent(work, id, 'requested_by_customer');
    if (canceled.status === 'canceled') return canceled;
    throw invalidRequest(
      `You cannot cancel this PaymentIntent because it has a status of ${canceled.status}.`,
      {
        code: 'payment_intent_unexpected_state',
      },
    );
  }),
  operation('GET', '/v1/charges/:id', {}, ({ tables }, _, id) => tables.get('charge', id)),
  operation(
    'GET',
    '/v1/charges',
    {
      ...page,
      customer: text.optional(),
      payment_intent: text.optional(),
      created: created.optional(),
    },
    ({ tables }, params) => {
      const matching = tables
        .list('charge')
        .filter((one) => params.customer === undefined || refOrNull(one.customer) === params.customer)
        .filter(
          (one) =>
            params.payment_intent === undefined || refOrNull(one.payment_intent) === params.payment_intent,
        )
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/charges', matching, params);
    },
  ),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.PaymentIntent {
  const customer =
    params.customer === undefined ? null : work.tables.get('customer', params.customer, 'customer').id;
  const method = params.payment_method === undefined ? null : resolveMethod(work, params.payment_method);
  const built = buildPaymentIntent({
    amount: params.amount,
    currency: params.currency,
    customer,
    paymentMethod: method?.id ?? null,
    description: params.description ?? null,
    setupFutureUsage: params.setup_future_usage ?? null,
    metadata: mergeMetadata(null, params.metadata),
    at: work.at,
  });
  work.tables.put('payment_intent', built);
  emit(work, 'payment_intent.created', built);
  if (!params.confirm) return built;
  if (method === null) {
    throw invalidRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  return confirm(work, built, method, params);
}

function confirm(
  work: Work,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  params: ParamsOf<typeof createShape>,
): Stripe.PaymentIntent {
  const attempt = attemptPayment(work, intent, method, {
    offSession: params.off_session,
    // Off session there is nobody to ask: Stripe declines then, whether or not the caller asks it to.
    declineOnAction: params.error_on_requires_action || params.off_session,
  });
  switch (attempt.outcome) {
    case 'paid':
      if (params.setup_future_usage !== undefined && params.customer !== undefined) {
        attachMethod(work, method, params.customer);
      }
      openDisputeIfAsked(work, attempt.charge);
      return attempt.intent;
    case 'declined':
      throw cardError(attempt.failure, {
        paymentIntent: attempt.intent,
        charge: refOrNull(attempt.intent.latest_charge),
      });
    case 'requires_action':
      return attempt.intent;
  }
}
