import { plansWithRight } from '../catalog/rights';
import type { ErrorCode, ErrorDetails } from '../errors';
import type { Refusal } from '../refusal';
import type { SpendFacts } from './spend-facts';

/** Why a spend is not allowed. */
export type SpendRefusal = { readonly allowed: false } & Refusal;

export function refuse(code: ErrorCode, message: string, details: ErrorDetails = {}): SpendRefusal {
  return { allowed: false, code, message, details };
}

/** The refusal for want of a right, with the plans that have it and can be bought, the lowest rank first. */
export function planRequired(
  message: string,
  { catalog, plan }: Pick<SpendFacts, 'catalog' | 'plan'>,
  right: string,
): SpendRefusal {
  return refuse('plan_required', message, { plan: plan.id, plans: plansWithRight(catalog, right) });
}
