import { PLAN_IDS, type Catalog, type PlanId } from '../../../domain/catalog';
import { DomainError } from '../../../domain/errors';
import type { LedgerReply } from '../../../ledger/commands';

/** What decides how a customer can come by more credits. */
export interface WaysOut {
  readonly plan: PlanId;
  readonly catalog: Catalog;
}

/**
 * The refusal of a hold for want of credits: what is missing, what running work holds, and which ways out there are, so
 * that "too few" and "held just now" can be told apart.
 */
export function insufficientCredits(reply: LedgerReply, waysOut: WaysOut): DomainError {
  const { available, held, required = 0, shortfall = 0 } = reply;
  return new DomainError(
    'insufficient_credits',
    `This takes ${required} credits; ${available} are available and ${held} are held by running work.`,
    { required, available, held, shortfall, options: optionsOf(waysOut, { shortfall, held }) },
  );
}

/** Cheapest first: waiting costs nothing, a pack is smaller than a plan. */
function optionsOf(
  { plan, catalog }: WaysOut,
  { shortfall, held }: { readonly shortfall: number; readonly held: number },
) {
  const wait = held >= shortfall ? [{ option: 'wait', credits: held }] : [];
  const packs = catalog.plans[plan].rights.addOns
    ? catalog.packs.map((pack) => ({ option: 'buy_add_on', pack: pack.id, credits: pack.credits }))
    : [];
  const plans = PLAN_IDS.map((id) => catalog.plans[id])
    .filter(({ grant, rank }) => grant === 'monthly' && rank > catalog.plans[plan].rank)
    .map(({ id, credits }) => ({
      option: plan === 'free' ? 'subscribe' : 'upgrade',
      plan: id,
      credits,
    }));
  return [...wait, ...packs, ...plans];
}
