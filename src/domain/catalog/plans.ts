import { credits, type Credits } from '../credits';
import { ENGINE_RIGHTS, type Catalog, type Plan, type PlanId, type Rights } from './catalog';

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

/** Whether rights include one by name: true, or a number above 0. */
export function hasRight(rights: Rights, name: string): boolean {
  const right = rights[name] ?? false;
  return right === true || (typeof right === 'number' && right > 0);
}

/**
 * Every right that means something in a catalog: those of the engine, and those that one of its plans names or one of its actions
 * or packs requires.
 */
export function rightNamesOf({ plans, actions, packs }: Catalog): readonly string[] {
  const required = [...actions.values(), ...packs.values()].flatMap(({ requires }) => requires ?? []);
  const named = [...plans.values()].flatMap(({ rights }) => Object.keys(rights));
  return [...new Set([...ENGINE_RIGHTS, ...required, ...named])];
}

/** The rights of a plan by every name that means something in its catalog; what the plan does not name is false. */
export function allRightsOf(catalog: Catalog, rights: Rights): Rights {
  return Object.fromEntries(rightNamesOf(catalog).map((name) => [name, rights[name] ?? false]));
}

/** The plans that are sold by contract, in the order of the catalog. */
export function contractPlansOf({ plans }: Catalog): readonly Plan[] {
  return [...plans.values()].filter(({ sold }) => sold === 'contract');
}
