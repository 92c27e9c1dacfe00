import type { Catalog, Interval, Money, PlanId } from '../catalog';
import type { Credits } from '../credits';

/** The terms of a plan for one interval: everything that a decision needs from the catalog. */
export interface PlanTerms {
  readonly plan: PlanId;
  /** As people call it. */
  readonly name: string;
  /** A change to a higher rank is an upgrade. */
  readonly rank: number;
  /** Sold only by a person, as a contract. */
  readonly byContract: boolean;
  /** Granted every cycle. */
  readonly credits: Credits;
  /** For a whole interval; null when the plan is not sold by that interval. */
  readonly price: Money | null;
}

/** The terms of every plan of a catalog for subscriptions of an interval. Small enough to travel with a command. */
export function planTermsOf(catalog: Catalog, interval: Interval): readonly PlanTerms[] {
  return Object.values(catalog.plans).map((plan) => ({
    plan: plan.id,
    name: plan.name,
    rank: plan.rank,
    byContract: plan.grant === 'contract',
    credits: plan.credits,
    price: plan.prices[interval] ?? null,
  }));
}
