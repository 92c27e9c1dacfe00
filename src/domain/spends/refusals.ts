import type { Rights } from '../catalog/catalog';
import type { ErrorCode, ErrorDetails } from '../errors';
import type { Refusal } from '../refusal';
import type { SpendFacts } from './spend-facts';

/** Why a spend is not allowed. */
export type SpendRefusal = { readonly allowed: false } & Refusal;

export function refuse(code: ErrorCode, message: string, details: ErrorDetails = {}): SpendRefusal {
  return { allowed: false, code, message, details };
}

/** The refusal for want of a plan, with the plans that would do and can be bought, the lowest rank first. */
export function planRequired(
  message: string,
  { catalog, plan }: Pick<SpendFacts, 'catalog' | 'plan'>,
  suffices: (rights: Rights) => boolean,
): SpendRefusal {
  const plans = [...catalog.plans.values()]
    .filter(({ sold, rights }) => (sold === 'checkout' || sold === 'contract') && suffices(rights))
    .sort((one, other) => one.rank - other.rank)
    .map(({ id }) => id);
  return refuse('plan_required', message, { plan: plan.id, plans });
}
