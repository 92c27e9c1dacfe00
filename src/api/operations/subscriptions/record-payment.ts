import { z } from 'zod';
import { recordPaymentUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { instantSchema, textSchema, viewerQuery } from '../../schemas';
import { ownSubscription } from '../belongings';
import { sendCommand } from './subscription-command';
import { subscriptionSchema } from './subscription-view';

const body = z.strictObject({
  paidThrough: instantSchema.meta({
    description: 'The instant up to which the payment pays, counted from where paid time ends now.',
  }),
  reference: textSchema(200).meta({
    description: 'The reference of the bank transfer or of the bookkeeping.',
  }),
});

export const recordPayment = defineOperation({
  summary: 'Record a payment made outside Stripe',
  description:
    'Marks the invoices that it covers as paid out of band, also those that Stripe makes later, and grants due cycles at once. It ' +
    'covers from one month to ten years; where a card is charged for later periods, only the period that is due.',
  tag: 'Operators',
  access: 'operator',
  belongsTo: ownSubscription,
  query: z.strictObject(viewerQuery),
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The subscription.', schema: subscriptionSchema } },
  problems: ['state_conflict', 'unavailable'],
  async handle(call, deps, subscription) {
    const { paidThrough, reference } = call.body;
    return sendCommand(call, deps, {
      subscription,
      operation: 'payments',
      update: recordPaymentUpdate,
      args: [{ paidThrough, reference }],
    });
  },
});
