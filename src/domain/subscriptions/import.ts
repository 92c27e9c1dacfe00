import { cycleIndexAt, cycleStart } from '../billing-calendar';
import type { Catalog } from '../catalog/catalog';
import { moneyIn } from '../catalog/money';
import type { Credits } from '../credits';
import type { Instant } from '../instants';
import { migrationKey } from '../keys';
import { CYCLES_PER_INTERVAL } from './contract';
import type { ImportLine, PaidPlan } from './import-line';
import { planGrantsOf, soldCycle } from './plan-grants';
import { planNamesOf } from './plan-names';
import { planTermsOf } from './plan-terms';
import { openSubscription, type SubscriptionState } from './state';

/** The prefix of the id of the payment that stands for everything paid elsewhere. */
const IMPORTED = 'import:';

/** What an imported subscriber gets. */
export interface Imported {
  /** The unused allowance, granted once ever by its key; null when nothing is left of it. */
  readonly openingGrant: {
    readonly key: string;
    readonly credits: Credits;
    readonly effectiveAt: Instant;
    readonly reason: string;
  } | null;
  /** Null for the default plan. */
  readonly subscription: SubscriptionState | null;
}

/** The ids are derived from the line, so that importing it again changes nothing. */
export interface ImportInto {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly catalog: Catalog;
  /** What it is billed in; null: the first currency of the plan's price. */
  readonly currency: string | null;
  readonly at: Instant;
}

/**
 * Converts a checked line: the unused allowance becomes an opening grant instead of sign-up credits, and a subscription's
 * cycles up to now count as granted, so that the next grant falls exactly where the allowance would have been renewed.
 * Earlier payments are not known here: the rest of a paid year is granted without a cost basis.
 */
export function importSubscriber(line: ImportLine, into: ImportInto): Imported {
  const { customerId, at } = into;
  const openingGrant =
    line.unusedAllowance === 0
      ? null
      : {
          key: migrationKey(customerId),
          credits: line.unusedAllowance,
          effectiveAt: at,
          reason: 'Unused allowance brought over',
        };
  return { openingGrant, subscription: line.paid === null ? null : subscriptionOf(line.paid, into) };
}

function subscriptionOf(
  paid: PaidPlan,
  { customerId, subscriptionId, catalog, currency, at }: ImportInto,
): SubscriptionState {
  const { plan, interval, anchorAt, paidThrough, stripeSubscription } = paid;
  const sold = catalog.plans.get(plan);
  if (sold === undefined) throw new RangeError(`catalog ${catalog.version} has no plan ${plan}`);
  const price = moneyIn(sold.prices[interval]?.amounts ?? {}, currency ?? undefined);
  const opened = openSubscription({
    subscriptionId,
    customerId,
    plan,
    interval,
    collection: stripeSubscription === null ? 'invoice' : 'checkout',
    catalogVersion: catalog.version,
    planNames: planNamesOf(planTermsOf(catalog, interval, null)),
    ...(price === null ? {} : { currency: price.currency }),
    graceMs: catalog.policies.graceHours * 3_600_000,
    checkout: null,
    at,
  });
  const lastPaid = cycleIndexAt(anchorAt, paidThrough);
  const running = Math.min(cycleIndexAt(anchorAt, at), lastPaid - 1);
  const firstPaid = Math.max(0, Math.min(running, lastPaid - CYCLES_PER_INTERVAL[interval]));
  const cycle = soldCycle(planGrantsOf(sold));
  const paymentId = `${IMPORTED}${subscriptionId}`;
  return {
    ...opened,
    planCredits: cycle.creditsPerCycle,
    stripeSubscriptionId: stripeSubscription,
    importedThrough: paidThrough,
    eras: [{ number: 0, anchorAt, openedBy: paymentId, granted: [[0, running + 1]] }],
    intervals: [
      {
        paymentId,
        plan,
        start: cycleStart(anchorAt, firstPaid),
        end: paidThrough,
        ...cycle,
        paid: { amountMinor: 0, currency: price?.currency ?? 'usd' },
        paidAt: at,
        beginsEra: true,
      },
    ],
  };
}

/**
 * From when on payments of an imported subscription count: what was paid before is covered by its opening grant and its
 * granted cycles. Null for one that was sold here.
 */
export function takenInFrom(
  state: Pick<SubscriptionState, 'importedThrough' | 'eras' | 'createdAt'>,
): Instant | null {
  const { importedThrough, eras, createdAt } = state;
  const isImported = importedThrough !== undefined || (eras[0]?.openedBy?.startsWith(IMPORTED) ?? false);
  if (!isImported) return null;
  return importedThrough !== undefined && importedThrough < createdAt ? importedThrough : createdAt;
}
