import type Stripe from 'stripe';
import { z } from 'zod';
import { refundCharge } from '../billing/refunds';
import { change } from '../events';
import { operation, type Operation } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, metadata, page, positive, text } from '../http/params';
import { invalidRequest } from '../stripe-error';
import { refOrNull, type Work } from '../work';
import { mergeMetadata } from '../metadata';

export const refundOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/refunds',
    {
      charge: text.optional(),
      payment_intent: text.optional(),
      amount: positive.optional(),
      reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
      metadata: metadata.optional(),
    },
    (work, params) =>
      refundCharge(work, chargeOf(work, params), {
        amount: params.amount ?? null,
        reason: params.reason ?? null,
        metadata: mergeMetadata(null, params.metadata),
      }),
  ),
  operation(
    'GET',
    '/v1/refunds',
    { ...page, charge: text.optional(), payment_intent: text.optional(), created: created.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('refund')
        .filter((one) => params.charge === undefined || refOrNull(one.charge) === params.charge)
        .filter(
          (one) =>
            params.payment_intent === undefined || refOrNull(one.payment_intent) === params.payment_intent,
        )
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/refunds', matching, params);
    },
  ),
  operation('GET', '/v1/refunds/:id', {}, ({ tables }, _, id) => tables.get('refund', id)),
  operation('POST', '/v1/refunds/:id', { metadata: metadata.optional() }, (work, params, id) => {
    const refund = work.tables.get('refund', id);
    const patch = { metadata: mergeMetadata(refund.metadata, params.metadata) };
    return change(work, 'refund', refund, patch, 'refund.updated');
  }),
];

function chargeOf(
  work: Work,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): Stripe.Charge {
  if (params.charge !== undefined) return work.tables.get('charge', params.charge, 'charge');
  if (params.payment_intent === undefined) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  const intent = work.tables.get('payment_intent', params.payment_intent, 'payment_intent');
  const charge = refOrNull(intent.latest_charge);
  if (charge === null || intent.status !== 'succeeded') {
    throw invalidRequest('This PaymentIntent does not have a successful charge to refund.', {
      param: 'payment_intent',
    });
  }
  return work.tables.get('charge', charge);
}
