import type { PlanId } from '../catalog/catalog';

/** What people call the plans of a catalog version, as far as it is known. */
export type PlanNames = Readonly<Partial<Record<PlanId, string>>>;

/** The names in a catalog, or among the terms of its plans. */
export function planNamesOf(plans: readonly { readonly plan: PlanId; readonly name: string }[]): PlanNames {
  return Object.fromEntries(plans.map(({ plan, name }) => [plan, name]));
}

/** A plan's name. A subscription from before names were kept goes by the id, which is a word with a small letter. */
export function planNameOf(names: PlanNames | undefined, plan: PlanId): string {
  return names?.[plan] ?? plan.charAt(0).toUpperCase() + plan.slice(1);
}
