import { z } from 'zod';
import { getSubscription as readSubscription } from '../../../store/subscriptions';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { assertOwn } from '../customers/viewer';
import { subscriptionSchema, subscriptionView } from './subscription-view';

export const getSubscription = defineOperation({
  summary: 'Get a subscription',
  tag: 'Subscriptions',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  answers: {
    200: { description: 'The subscription.', schema: subscriptionSchema },
  },
  async find({ id, query }, { db }) {
    const subscription = await readSubscription(db, id);
    await assertOwn(db, query, subscription);
    return subscription;
  },
  handle: (_call, _deps, subscription) =>
    Promise.resolve({ status: 200, body: subscriptionView(subscription) }),
});
