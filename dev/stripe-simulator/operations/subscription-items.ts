import type Stripe from 'stripe';
import { changeItems } from '../billing/change-items';
import { itemsAfter, type ItemWish } from '../billing/item-changes';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { paginate } from '../http/paginate';
import { metadata, page, text } from '../http/params';
import { resourceMissing } from '../stripe-error';
import type { Work } from '../work';
import { living } from './living-subscription';
import { paymentBehavior, proration, quantity } from './subscription-params';

const changeShape = {
  price: text.optional(),
  quantity: quantity.optional(),
  metadata: metadata.optional(),
  proration_behavior: proration,
  payment_behavior: paymentBehavior,
};
type HowToBill = Pick<ParamsOf<typeof changeShape>, 'proration_behavior' | 'payment_behavior'>;

/** The items of a subscription one by one, as the dashboard changes them. */
export const subscriptionItemOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/subscription_items',
    { ...changeShape, price: text, subscription: text },
    (work, params) => {
      const before = living(work, params.subscription, 'subscription');
      const { price, quantity: wanted, metadata: given } = params;
      const after = carryOut(work, before, { price, quantity: wanted, metadata: given }, params);
      const known = new Set(before.items.data.map(({ id }) => id));
      return after.find(({ id }) => !known.has(id)) ?? { object: 'subscription_item' };
    },
  ),
  operation('GET', '/v1/subscription_items', { ...page, subscription: text }, ({ tables }, params) => {
    const { items } = tables.get('subscription', params.subscription, 'subscription');
    return paginate('/v1/subscription_items', items.data.toReversed(), params);
  }),
  operation('GET', '/v1/subscription_items/:id', {}, (work, _, id) => itemNamed(work, id)),
  operation('POST', '/v1/subscription_items/:id', changeShape, (work, params, id) => {
    const { price, quantity: wanted, metadata: given } = params;
    const before = living(work, itemNamed(work, id).subscription);
    carryOut(work, before, { id, price, quantity: wanted, metadata: given }, params);
    return itemNamed(work, id);
  }),
  operation(
    'DELETE',
    '/v1/subscription_items/:id',
    { proration_behavior: proration, payment_behavior: paymentBehavior },
    (work, params, id) => {
      carryOut(work, living(work, itemNamed(work, id).subscription), { id, deleted: true }, params);
      return { id, object: 'subscription_item', deleted: true };
    },
  ),
];

function carryOut(
  work: Work,
  subscription: Stripe.Subscription,
  wish: ItemWish,
  how: HowToBill,
): readonly Stripe.SubscriptionItem[] {
  const items = itemsAfter(work, subscription, [wish]);
  changeItems(work, subscription, {
    items,
    anchor: 'unchanged',
    proration: how.proration_behavior,
    paymentBehavior: how.payment_behavior,
  });
  return items;
}

function itemNamed(work: Work, id: string): Stripe.SubscriptionItem {
  const items = work.tables.list('subscription').flatMap(({ items: { data } }) => data);
  const item = items.find((one) => one.id === id);
  if (item === undefined) throw resourceMissing('subscription_item', id);
  return item;
}
