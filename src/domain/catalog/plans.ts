import { credits, type Credits } from '../credits';
import type { Catalog, Plan, PlanId } from './catalog';

/** The plan of who has no subscription. Every catalog has exactly one. */
export function defaultPlanOf(catalog: Catalog): Plan {
  for (const plan of catalog.plans.values()) if (plan.sold === 'default') return plan;
  throw new Error(`catalog ${catalog.version} has no default plan`);
}

/**
 * The plan of an id in a version; the default plan for null (no subscription that gives rights) and for a plan that the
 * version does not have.
 */
export function planOrDefault(catalog: Catalog, plan: PlanId | null): Plan {
  return (plan === null ? undefined : catalog.plans.get(plan)) ?? defaultPlanOf(catalog);
}

/** What a plan grants every paid cycle, all its monthly grants together. */
export function monthlyCreditsOf({ grants }: Plan): Credits {
  return credits(grants.reduce((sum, { every, credits: one }) => (every === 'month' ? sum + one : sum), 0));
}

/** The plans that are sold by contract, in the order of the catalog. */
export function contractPlansOf({ plans }: Catalog): readonly Plan[] {
  return [...plans.values()].filter(({ sold }) => sold === 'contract');
}
