import { z } from 'zod';
import { recordPaymentUpdate } from '../../workflows/messages';
import { jsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { instantSchema, textSchema, viewerQuery } from '../schemas';
import { findOwnSubscription, sendCommand } from '../subscription-command';
import { subscriptionSchema } from '../views/subscription-view';

const body = z.strictObject({
  paidThrough: instantSchema.meta({ description: 'Up to where it pays, from where the paid time ends.' }),
  reference: textSchema(200).meta({ description: 'Of the bank or the book-keeping.' }),
});

export const recordPayment = defineOperation({
  summary: 'Record money that was seen outside Stripe',
  description:
    'Marks the invoices it covers as paid out of band, those that come later too; due cycles are granted at once. It pays for at ' +
    'least one month, at most ten years ahead; where a card is charged for what comes, for the period that is due and no other.',
  tag: 'Operators',
  access: 'operator',
  query: z.strictObject(viewerQuery),
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The subscription after it.', schema: subscriptionSchema } },
  problems: ['state_conflict', 'unavailable'],
  find: (call, deps) => findOwnSubscription(call, deps),
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
