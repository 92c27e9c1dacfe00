import { cycleIndexAt } from '../domain/billing-calendar';
import { CYCLES_PER_INTERVAL } from '../domain/subscriptions/contract';
import type { ImportLine, PaidPlan } from '../domain/subscriptions/import-line';
import { isUnknownAtStripe } from '../payments/is-unknown';
import type { Payments, SubscriptionFact } from '../payments/payments';
import type { Customer } from '../store/customers';

/** What Stripe knows about the customer or subscription that a line names. */
export interface AtStripe {
  readonly faults: readonly string[];
  /** True when an earlier import already tagged the subscription with our id. Null when the line names none. */
  readonly isAdopted: boolean | null;
  /** What Stripe bills the subscription in, which stays; null where nothing says it. */
  readonly currency: string | null;
}

/**
 * Checks that Stripe will bill what the line says, to the customer it says and when. Without a subscription, it only checks
 * that the customer exists, because a customer bound to a missing one could never pay. Null when there is nothing to check.
 */
export async function faultsAtStripe(
  payments: Pick<Payments, 'getSubscription' | 'hasCustomer'>,
  { stripeCustomer, paid }: ImportLine,
  { subscriptionId, customer }: { readonly subscriptionId: string; readonly customer: Customer | undefined },
): Promise<AtStripe | null> {
  const stripeSubscription = paid?.stripeSubscription ?? null;
  if (paid !== null && stripeSubscription !== null) {
    return faultsOfSubscription(payments, { ...paid, stripeSubscription, stripeCustomer, subscriptionId });
  }
  // A customer that an earlier import bound may have been deleted there since.
  if (stripeCustomer === null || customer?.stripeCustomerId === stripeCustomer) return null;
  const faults = (await payments.hasCustomer(stripeCustomer)) ? [] : ['stripe_customer is unknown at Stripe'];
  return { faults, isAdopted: null, currency: null };
}

async function faultsOfSubscription(
  payments: Pick<Payments, 'getSubscription'>,
  sold: PaidPlan & {
    readonly stripeSubscription: string;
    readonly stripeCustomer: string | null;
    readonly subscriptionId: string;
  },
): Promise<AtStripe> {
  const { stripeCustomer, subscriptionId } = sold;
  const fact = await read(payments, sold.stripeSubscription);
  if (fact === null)
    return { faults: ['stripe_subscription is unknown at Stripe'], isAdopted: false, currency: null };
  const isAdopted = fact.subscriptionId === subscriptionId;
  const ofWhom = [
    ...(fact.stripeCustomerId === stripeCustomer
      ? []
      : ['stripe_subscription belongs to another customer at Stripe']),
    ...(fact.subscriptionId === null || isAdopted
      ? []
      : ['stripe_subscription is tagged with the id of another subscription']),
  ];
  // After an earlier import anything else about it may have changed.
  const currency = fact.items[0]?.price?.currency ?? null;
  return { faults: isAdopted ? ofWhom : [...ofWhom, ...faultsOfCalendar(fact, sold)], isAdopted, currency };
}

async function read(
  payments: Pick<Payments, 'getSubscription'>,
  stripeSubscription: string,
): Promise<SubscriptionFact | null> {
  try {
    return await payments.getSubscription(stripeSubscription);
  } catch (error) {
    if (isUnknownAtStripe(error)) return null;
    throw error;
  }
}

/** The current period at Stripe must end at the line's `paid_through`, or start there and wait for its payment. */
function faultsOfCalendar({ currentPeriod, endedAt }: SubscriptionFact, paid: PaidPlan): readonly string[] {
  const { start, end } = currentPeriod;
  const months = cycleIndexAt(start, end);
  return [
    ...(endedAt === null ? [] : [`stripe_subscription ended at Stripe, ${endedAt}`]),
    ...(months === CYCLES_PER_INTERVAL[paid.interval]
      ? []
      : [`interval does not match stripe_subscription, whose period is ${String(months)} months`]),
    ...(paid.paidThrough === start || paid.paidThrough === end
      ? []
      : [`paid_through is not a renewal date of stripe_subscription, whose period is ${start} to ${end}`]),
  ];
}
