import type Stripe from 'stripe';
import { periodEnd } from '../calendar';
import { emit } from '../events';
import { buildSubscription, buildSubscriptionItem } from '../objects/subscription';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { HOUR, stripeId, type Work } from '../work';
import { finalizeAndCollect, type Conclusion } from './collect-invoice';
import { giveDiscounts } from './discounts';
import { draftInvoice } from './invoices';
import { checkItems } from './item-changes';
import { refuseOtherCurrency } from './one-currency';
import { linesOf, recurringOf } from './subscription-items';
import { scheduleLife } from './subscription-state';
import { announceTrialEnd } from './trials';

/** How long a subscription waits for its first payment before it expires. */
export const INCOMPLETE_HOURS = 23;

export interface SubscriptionInput {
  readonly customer: Stripe.Customer;
  readonly items: readonly { readonly price: Stripe.Price; readonly quantity: number }[];
  readonly collectionMethod: 'charge_automatically' | 'send_invoice';
  readonly daysUntilDue: number | null;
  readonly method: Stripe.PaymentMethod | null;
  readonly cancelAt: number | null;
  /** Nothing is billed before this instant, in seconds. */
  readonly trialEnd: number | null;
  readonly whenTrialEndsUnpaid: 'cancel' | 'create_invoice' | 'pause';
  readonly coupons: readonly string[];
  readonly description: string | null;
  readonly metadata: Stripe.Metadata;
  /** Whether the customer has just authenticated the first payment. */
  readonly authenticated: boolean;
}

/**
 * Starts a subscription with its first period and first invoice. A card is charged at once, and the subscription is
 * `incomplete` until that succeeds; an invoice to be sent is a draft for an hour and the subscription active meanwhile. One
 * that begins with a trial is `trialing`, with an invoice over nothing.
 */
export function createSubscription(
  work: Work,
  input: SubscriptionInput,
): { subscription: Stripe.Subscription; collection: Conclusion | null } {
  const sends = input.collectionMethod === 'send_invoice';
  if (sends && input.daysUntilDue === null) {
    throw invalidRequest('Missing required param: days_until_due.', { param: 'days_until_due' });
  }
  const built = build(work, input);
  refuseOtherCurrency(work, input.customer.id, built.currency);
  const customer = { ...input.customer, currency: built.currency };
  work.tables.put('customer', customer);
  work.tables.put('subscription', built);
  emit(work, 'customer.subscription.created', built);
  scheduleLife(work, built);
  const draft = draftInvoice(work, {
    customer,
    subscription: built,
    billingReason: 'subscription_create',
    collectionMethod: input.collectionMethod,
    daysUntilDue: input.daysUntilDue,
    autoAdvance: sends,
    currency: built.currency,
    description: null,
    lines: linesOf(built),
    metadata: {},
  });
  announceTrialEnd(work, built);
  if (built.status === 'incomplete')
    schedule(work, 'expire_incomplete', built.id, work.at + INCOMPLETE_HOURS * HOUR);
  const { authenticated } = input;
  const waits = sends && built.status !== 'trialing';
  const collection = waits ? null : finalizeAndCollect(work, draft, { offSession: false, authenticated });
  return { subscription: work.tables.get('subscription', built.id), collection };
}

function build(work: Work, input: SubscriptionInput): Stripe.Subscription {
  const id = stripeId('sub');
  const [first] = input.items;
  if (first === undefined) throw invalidRequest('Missing required param: items.', { param: 'items' });
  checkItems(input.items.map(({ price }) => price));
  const { trialEnd } = input;
  const end = trialEnd ?? periodEnd(work.at, recurringOf(first.price), work.at);
  const built = buildSubscription({
    id,
    customer: input.customer.id,
    items: input.items.map(({ price, quantity }) =>
      buildSubscriptionItem({
        subscription: id,
        price,
        quantity,
        period: { start: work.at, end },
        at: work.at,
      }),
    ),
    status: firstStatus(input),
    collectionMethod: input.collectionMethod,
    daysUntilDue: input.daysUntilDue,
    defaultPaymentMethod: input.method?.id ?? null,
    description: input.description,
    metadata: input.metadata,
    currency: first.price.currency,
    at: work.at,
  });
  const settings = {
    end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: input.whenTrialEndsUnpaid },
  } as const;
  const trial =
    trialEnd === null ? {} : { trial_start: work.at, trial_end: trialEnd, billing_cycle_anchor: trialEnd };
  const discounts = giveDiscounts(work, input.coupons, { customer: input.customer.id, subscription: id });
  return { ...built, ...trial, discounts, trial_settings: settings, cancel_at: input.cancelAt };
}

function firstStatus({ trialEnd, collectionMethod }: SubscriptionInput): Stripe.Subscription.Status {
  if (trialEnd !== null) return 'trialing';
  return collectionMethod === 'send_invoice' ? 'active' : 'incomplete';
}
