import type { Catalog, Plan, Rights } from './catalog';

/** Whether rights include one: it is named, and neither false nor 0. */
export function hasRight(rights: Rights, name: string): boolean {
  return Object.hasOwn(rights, name) && rights[name] !== false && rights[name] !== 0;
}

/** The plan of a customer without a subscription. */
export function defaultPlanOf(catalog: Catalog): Plan {
  const plan = [...catalog.plans.values()].find(({ sold }) => sold === 'default');
  if (plan === undefined) throw new RangeError(`catalog ${catalog.version} has no default plan`);
  return plan;
}

/** The ids of the plans that include a right and that somebody can still get, from the lowest rank to the highest. */
export function plansWithRight(catalog: Catalog, name: string): readonly string[] {
  return [...catalog.plans.values()]
    .filter(({ rights, sold }) => sold !== 'no' && hasRight(rights, name))
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id);
}
