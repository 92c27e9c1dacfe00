import { cycleIndexAt } from '../../../domain/billing-calendar';
import { CYCLES_PER_INTERVAL } from '../../../domain/contract';
import type { ImportLine, PaidPlan } from '../../../domain/subscription/import-line';
import { isUnknownAtStripe } from '../../../payments/is-unknown';
import type { Payments, SubscriptionFact } from '../../../payments/payments';
import type { Customer } from '../../../store/customers';

/** What Stripe says of a line that names something of its own. */
export interface AtStripe {
  readonly faults: readonly string[];
  /** The subscription carries our id already: an earlier import came so far. Null when the line names none. */
  readonly isAdopted: boolean | null;
}

/**
 * Whether Stripe will bill what the line says, for whom it says and when; without a subscription of its own, whether it has
 * the customer at all: whoever were bound to one that is not there could never pay. Null when there is nothing to ask.
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
  // Since an earlier import bound it, it may have been deleted there.
  if (stripeCustomer === null || customer?.stripeCustomerId === stripeCustomer) return null;
  const faults = (await payments.hasCustomer(stripeCustomer)) ? [] : ['stripe_customer is unknown at Stripe'];
  return { faults, isAdopted: null };
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
  if (fact === null) return { faults: ['stripe_subscription is unknown at Stripe'], isAdopted: false };
  const isAdopted = fact.subscriptionId === subscriptionId;
  const ofWhom = [
    ...(fact.stripeCustomerId === stripeCustomer
      ? []
      : ['stripe_subscription is of another customer at Stripe']),
    ...(fact.subscriptionId === null || isAdopted
      ? []
      : ['stripe_subscription carries the id of another subscription']),
  ];
  // Since an earlier import it may have changed in every way.
  return { faults: isAdopted ? ofWhom : [...ofWhom, ...faultsOfCalendar(fact, sold)], isAdopted };
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

/** The period at Stripe either is paid for and ends where the line says, or began there and waits for its money. */
function faultsOfCalendar({ currentPeriod, endedAt }: SubscriptionFact, paid: PaidPlan): readonly string[] {
  const { start, end } = currentPeriod;
  const months = cycleIndexAt(start, end);
  return [
    ...(endedAt === null ? [] : [`stripe_subscription ended at Stripe, ${endedAt}`]),
    ...(months === CYCLES_PER_INTERVAL[paid.interval]
      ? []
      : [`interval is not that of stripe_subscription, ${String(months)} months`]),
    ...(paid.paidThrough === start || paid.paidThrough === end
      ? []
      : [`paid_through is no renewal of stripe_subscription, whose period is ${start} to ${end}`]),
  ];
}
