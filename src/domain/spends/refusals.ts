import type { Rights } from '../catalog/catalog';
import type { ErrorCode, ErrorDetails } from '../errors';
import type { SpendFacts } from './spend-facts';

/** Why a spend is not begun. */
export interface SpendRefusal {
  readonly allowed: false;
  readonly code: Extract<
    ErrorCode,
    'not_found' | 'plan_required' | 'model_unavailable' | 'license_not_needed' | 'provider_unable'
  >;
  readonly message: string;
  readonly details: ErrorDetails;
}

export function refuse(
  code: SpendRefusal['code'],
  message: string,
  details: ErrorDetails = {},
): SpendRefusal {
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
