import type Stripe from 'stripe';
import type { Recurring } from '../objects/catalog';
import type { LineInput } from '../objects/invoice';
import { invalidRequest } from '../stripe-error';

/** A stretch of time that is billed, in seconds; the end is not part of it. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** One item of a subscription, for what all its items have in common: currency, interval and period. */
export function anyItemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  const [item] = subscription.items.data;
  if (item === undefined) throw new Error(`subscription ${subscription.id} has no item`);
  return item;
}

/** The present period, which all items share: the simulator sells prices of one interval per subscription. */
export function periodOf(subscription: Stripe.Subscription): Period {
  const { current_period_start: start, current_period_end: end } = anyItemOf(subscription);
  return { start, end };
}

/** How often a subscription is billed. */
export function intervalOf(subscription: Stripe.Subscription): Recurring {
  return recurringOf(anyItemOf(subscription).price);
}

/** A subscription with other items in the place of its own. */
export function withItems(
  subscription: Stripe.Subscription,
  items: readonly Stripe.SubscriptionItem[],
): Pick<Stripe.Subscription, 'items'> {
  return { items: { ...subscription.items, data: [...items] } };
}

/** A subscription whose items are in another period. */
export function withPeriod(
  subscription: Stripe.Subscription,
  { start, end }: Period,
): Pick<Stripe.Subscription, 'items'> {
  const moved = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: start,
    current_period_end: end,
  }));
  return withItems(subscription, moved);
}

/** What the items of a subscription cost for their present period: nothing while it is on trial. */
export function linesOf(subscription: Stripe.Subscription): LineInput[] {
  return subscription.items.data.map((item) => lineOf(subscription, item));
}

function lineOf(subscription: Stripe.Subscription, item: Stripe.SubscriptionItem): LineInput {
  const quantity = item.quantity ?? 1;
  const onTrial = subscription.status === 'trialing';
  const name = item.price.nickname ?? item.price.id;
  return {
    description: onTrial ? `Trial period for ${name}` : `${String(quantity)} × ${name}`,
    amount: onTrial ? 0 : (item.price.unit_amount ?? 0) * quantity,
    currency: item.price.currency,
    quantity,
    period: { start: item.current_period_start, end: item.current_period_end },
    price: item.price,
    item,
    invoiceItem: null,
    metadata: subscription.metadata,
  };
}

/** How often a price is billed; throws a 400 for one that is billed once. */
export function recurringOf(price: Stripe.Price): Recurring {
  if (price.recurring === null) {
    throw invalidRequest(
      'The price specified is set to `type=one_time` but this field only accepts recurring prices.',
      {
        param: 'items[0][price]',
      },
    );
  }
  const { interval: named, interval_count: intervalCount } = price.recurring;
  const interval = (['day', 'week', 'month', 'year'] as const).find((one) => one === named);
  if (interval === undefined) throw new Error(`price ${price.id} is billed by the ${named}`);
  return { interval, intervalCount };
}
