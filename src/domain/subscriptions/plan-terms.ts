import type { Catalog, Interval, Money, Plan, PlanId } from '../catalog/catalog';
import { moneyIn } from '../catalog/money';
import { planGrantsOf, type PlanGrants } from './plan-grants';

/** The terms of a plan for one interval: everything that a decision needs from the catalog. */
export interface PlanTerms extends PlanGrants {
  readonly plan: PlanId;
  /** As people call it. */
  readonly name: string;
  /** A change to a higher rank is an upgrade. */
  readonly rank: number;
  /** Sold only by a person, as a contract. */
  readonly byContract: boolean;
  /** To whom it is sold. Absent in what an older release has recorded. */
  readonly sold?: Plan['sold'];
  /** For a whole interval; null when the plan is not sold by that interval, or not in the currency. */
  readonly price: Money | null;
  /** In which currencies it is sold by that interval. Absent in what an older release has recorded. */
  readonly currencies?: readonly string[];
}

/**
 * The terms of every plan of a catalog for subscriptions of an interval in a currency; null: each in its first. Small enough to travel
 * with a command.
 */
export function planTermsOf(
  catalog: Catalog,
  interval: Interval,
  currency: string | null,
): readonly PlanTerms[] {
  return [...catalog.plans.values()].map((plan) => ({
    plan: plan.id,
    name: plan.name,
    rank: plan.rank,
    byContract: plan.sold === 'contract',
    sold: plan.sold,
    ...planGrantsOf(plan),
    price: moneyIn(plan.prices[interval]?.amounts ?? {}, currency ?? undefined),
    currencies: Object.keys(plan.prices[interval]?.amounts ?? {}),
  }));
}
