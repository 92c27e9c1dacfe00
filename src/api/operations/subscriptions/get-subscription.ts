import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { ownSubscription } from '../belongings';
import { subscriptionSchema, subscriptionView } from './subscription-view';

export const getSubscription = defineOperation({
  summary: 'Get a subscription',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: z.strictObject(viewerQuery),
  answers: {
    200: { description: 'The subscription.', schema: subscriptionSchema },
  },
  handle: (_call, _deps, subscription) =>
    Promise.resolve({ status: 200, body: subscriptionView(subscription) }),
});
