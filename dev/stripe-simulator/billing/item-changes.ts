import type Stripe from 'stripe';
import { planOf } from '../objects/catalog';
import { buildSubscriptionItem } from '../objects/subscription';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';
import { mergeMetadata } from '../metadata';
import { periodOf, recurringOf } from './subscription-items';

/** What a call asks of one item: to change the one it names, to take it away, or, without a name, to add another. */
export interface ItemWish {
  readonly id?: string | undefined;
  readonly price?: string | undefined;
  readonly quantity?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The items of a subscription once all wishes are carried out, in its present period; the others stay as they are. */
export function itemsAfter(
  work: Work,
  subscription: Stripe.Subscription,
  wishes: readonly ItemWish[],
): Stripe.SubscriptionItem[] {
  let items = [...subscription.items.data];
  wishes.forEach((wish, index) => {
    const param = `items[${String(index)}]`;
    if (wish.id === undefined) {
      items.push(added(work, subscription, wish, param));
      return;
    }
    const current = items.find(({ id }) => id === wish.id);
    if (current === undefined) {
      throw invalidRequest(`Invalid subscription item: ${wish.id}.`, { param: `${param}[id]` });
    }
    items =
      wish.deleted === true
        ? items.filter((item) => item !== current)
        : items.map((item) => (item === current ? changed(work, item, wish, param) : item));
  });
  checkItems(items.map(({ price }) => price));
  return items;
}

/** Refuses prices that cannot be billed together. */
export function checkItems(prices: readonly Stripe.Price[]): void {
  const [first] = prices;
  if (first === undefined) {
    throw invalidRequest('A subscription must have at least one active plan.', { param: 'items' });
  }
  if (new Set(prices.map(({ id }) => id)).size < prices.length) {
    throw invalidRequest('Multiple subscription items with the same price are not allowed.', {
      param: 'items',
    });
  }
  if (prices.some(({ currency }) => currency !== first.currency)) {
    throw invalidRequest('All prices of a subscription must have the same currency.', { param: 'items' });
  }
  const interval = JSON.stringify(recurringOf(first));
  if (prices.some((price) => JSON.stringify(recurringOf(price)) !== interval)) {
    throw invalidRequest('The simulator supports items of one billing interval per subscription only.', {
      param: 'items',
    });
  }
}

function added(
  work: Work,
  subscription: Stripe.Subscription,
  wish: ItemWish,
  param: string,
): Stripe.SubscriptionItem {
  if (wish.price === undefined) {
    throw invalidRequest(`Missing required param: ${param}[price].`, {
      code: 'parameter_missing',
      param: `${param}[price]`,
    });
  }
  const built = buildSubscriptionItem({
    subscription: subscription.id,
    price: work.tables.get('price', wish.price, `${param}[price]`),
    quantity: wish.quantity ?? 1,
    period: periodOf(subscription),
    at: work.at,
  });
  return { ...built, metadata: mergeMetadata(null, wish.metadata) };
}

function changed(
  work: Work,
  item: Stripe.SubscriptionItem,
  wish: ItemWish,
  param: string,
): Stripe.SubscriptionItem {
  const price =
    wish.price === undefined ? item.price : work.tables.get('price', wish.price, `${param}[price]`);
  const quantity = wish.quantity ?? item.quantity ?? 1;
  const metadata = mergeMetadata(item.metadata, wish.metadata);
  return { ...item, price, plan: planOf(price), quantity, metadata };
}
