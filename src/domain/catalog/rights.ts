import { ENGINE_RIGHTS, type Catalog, type Rights } from './catalog';

/** Whether rights include one by name: true, or a number above 0. */
export function hasRight(rights: Rights, name: string): boolean {
  const right = rights[name] ?? false;
  return right === true || (typeof right === 'number' && right > 0);
}

/** The ids of the plans that include a right and can be bought, from the lowest rank to the highest. */
export function plansWithRight(catalog: Catalog, name: string): readonly string[] {
  return [...catalog.plans.values()]
    .filter(({ rights, sold }) => (sold === 'checkout' || sold === 'contract') && hasRight(rights, name))
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id);
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
