import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { emit } from '../events';
import type { Recurring } from '../objects/catalog';
import type { LineInput } from '../objects/invoice';
import { buildSubscription, buildSubscriptionItem } from '../objects/subscription';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { HOUR, stripeId, type Work } from '../work';
import { finalizeAndCollect, type Collection } from './collect-invoice';
import { draftInvoice } from './invoices';
import { scheduleLife } from './subscription-state';

/** How long a subscription waits for its first payment before it expires. */
export const INCOMPLETE_HOURS = 23;

export interface SubscriptionInput {
  readonly customer: Stripe.Customer;
  readonly price: Stripe.Price;
  readonly quantity: number;
  readonly collectionMethod: 'charge_automatically' | 'send_invoice';
  readonly daysUntilDue: number | null;
  readonly method: Stripe.PaymentMethod | null;
  readonly cancelAt: number | null;
  readonly description: string | null;
  readonly metadata: Stripe.Metadata;
  /** Whether the customer has just authenticated the first payment. */
  readonly authenticated: boolean;
}

/**
 * Starts a subscription with its first period and first invoice. A card is charged at once, and the subscription is
 * `incomplete` until that succeeds; an invoice to be sent is a draft for an hour and the subscription active meanwhile.
 */
export function createSubscription(
  work: Work,
  input: SubscriptionInput,
): { subscription: Stripe.Subscription; collection: Collection | null } {
  const sends = input.collectionMethod === 'send_invoice';
  if (sends && input.daysUntilDue === null) {
    throw invalidRequest('Missing required param: days_until_due.', { param: 'days_until_due' });
  }
  const built = build(work, input);
  work.tables.put('subscription', built);
  emit(work, 'customer.subscription.created', built);
  scheduleLife(work, built);
  const draft = draftInvoice(work, {
    customer: input.customer,
    subscription: built,
    billingReason: 'subscription_create',
    collectionMethod: input.collectionMethod,
    daysUntilDue: input.daysUntilDue,
    autoAdvance: sends,
    currency: input.price.currency,
    description: null,
    lines: built.items.data.map((item) => lineOf(built, item)),
    metadata: {},
  });
  if (!sends) schedule(work, 'expire_incomplete', built.id, work.at + INCOMPLETE_HOURS * HOUR);
  const { authenticated } = input;
  const collection = sends ? null : finalizeAndCollect(work, draft, { offSession: false, authenticated });
  return { subscription: work.tables.get('subscription', built.id), collection };
}

function build(work: Work, input: SubscriptionInput): Stripe.Subscription {
  const id = stripeId('sub');
  const recurring = recurringOf(input.price);
  const period = { start: work.at, end: periodEnd(work.at, recurring, work.at) };
  const item = buildSubscriptionItem({
    subscription: id,
    price: input.price,
    quantity: input.quantity,
    period,
    at: work.at,
  });
  const built = buildSubscription({
    id,
    customer: input.customer.id,
    items: [item],
    status: input.collectionMethod === 'send_invoice' ? 'active' : 'incomplete',
    collectionMethod: input.collectionMethod,
    daysUntilDue: input.daysUntilDue,
    defaultPaymentMethod: input.method?.id ?? null,
    description: input.description,
    metadata: input.metadata,
    currency: input.price.currency,
    at: work.at,
  });
  return { ...built, cancel_at: input.cancelAt };
}

/** What an item of a subscription costs for its present period. */
export function lineOf(subscription: Stripe.Subscription, item: Stripe.SubscriptionItem): LineInput {
  const quantity = item.quantity ?? 1;
  return {
    description: `${String(quantity)} × ${item.price.nickname ?? item.price.id}`,
    amount: (item.price.unit_amount ?? 0) * quantity,
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
