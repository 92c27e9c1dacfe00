import type Stripe from 'stripe';
import { z } from 'zod';
import { attemptPayment, cancelIntent } from '../billing/attempt-payment';
import { openDisputeIfAsked } from '../billing/disputes';
import { attachMethod, resolveMethod } from '../billing/methods';
import { change, emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import {
  clearable,
  created,
  currency,
  flag,
  metadata,
  page,
  positive,
  text,
  webAddress,
} from '../http/params';
import { buildPaymentIntent } from '../objects/payment-intent';
import { cardError, invalidRequest, type StripeError } from '../stripe-error';
import { refOrNull, type Work } from '../work';
import { mergeMetadata } from '../metadata';

const confirmShape = {
  payment_method: text.optional(),
  off_session: flag.default(false),
  error_on_requires_action: flag.default(false),
  /** Cards lead nowhere. */
  return_url: webAddress.optional(),
};

const createShape = {
  ...confirmShape,
  amount: positive,
  currency,
  customer: text.optional(),
  confirm: flag.default(false),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  /** Which is what the pinned version does in any case, and here only cards pay. */
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
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
  operation(
    'POST',
    '/v1/payment_intents/:id',
    { description: clearable.optional(), metadata: metadata.optional() },
    (work, params, id) => {
      const intent = work.tables.get('payment_intent', id);
      return change(work, 'payment_intent', intent, {
        ...(params.description === undefined ? {} : { description: params.description }),
        metadata: mergeMetadata(intent.metadata, params.metadata),
      });
    },
  ),
  operation('POST', '/v1/payment_intents/:id/confirm', confirmShape, (work, params, id) => {
    const intent = work.tables.get('payment_intent', id);
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) {
      throw unexpectedState(`You cannot confirm this PaymentIntent because it is ${intent.status}.`);
    }
    if (work.tables.list('invoice_payment').some((one) => refOrNull(one.payment.payment_intent) === id)) {
      throw invalidRequest(
        'The simulator takes the payment of an invoice by `POST /v1/invoices/:id/pay` only.',
      );
    }
    const wanted = params.payment_method ?? refOrNull(intent.payment_method);
    return confirm(work, intent, wanted === null ? null : resolveMethod(work, wanted), params);
  }),
  operation('POST', '/v1/payment_intents/:id/cancel', {}, (work, _, id) => {
    const canceled = cancelIntent(work, id, 'requested_by_customer');
    if (canceled.status === 'canceled') return canceled;
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${canceled.status}.`,
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
  return params.confirm ? confirm(work, built, method, params) : built;
}

function confirm(
  work: Work,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod | null,
  params: ParamsOf<typeof confirmShape>,
): Stripe.PaymentIntent {
  if (method === null) {
    throw unexpectedState('You cannot confirm this PaymentIntent because it is missing a payment method.');
  }
  const customer = refOrNull(intent.customer);
  const attempt = attemptPayment(work, intent, method, {
    offSession: params.off_session,
    // Off session there is nobody to ask: Stripe declines then, whether or not the caller asks it to.
    declineOnAction: params.error_on_requires_action || params.off_session,
  });
  switch (attempt.outcome) {
    case 'paid':
      if (intent.setup_future_usage !== null && customer !== null) attachMethod(work, method, customer);
      openDisputeIfAsked(work, attempt.charge);
      return attempt.intent;
    case 'declined':
      throw cardError(attempt.failure, {
        paymentIntent: attempt.intent,
        charge: refOrNull(attempt.intent.latest_charge),
      });
    case 'processing':
      if (intent.setup_future_usage !== null && customer !== null) attachMethod(work, method, customer);
      return attempt.intent;
    case 'requires_action':
      return attempt.intent;
  }
}

function unexpectedState(message: string): StripeError {
  return invalidRequest(message, { code: 'payment_intent_unexpected_state' });
}
