import { mayBuy } from '../../../domain/catalog/buy-pack';
import type { Catalog, Plan } from '../../../domain/catalog/catalog';
import { monthlyCreditsOf } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import type { LedgerReply } from '../../../ledger/commands';

/** What decides how a customer can come by more credits. */
export interface WaysOut {
  readonly plan: Plan;
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

/** Waiting first, which costs nothing, then packs in the order of the catalog, then plans by rank. What a catalog no longer sells is no way out. */
function optionsOf(
  { plan, catalog }: WaysOut,
  { shortfall, held }: { readonly shortfall: number; readonly held: number },
) {
  const wait = held >= shortfall ? [{ option: 'wait', credits: held }] : [];
  const packs = [...catalog.packs.values()]
    .filter((pack) => mayBuy(plan, pack))
    .map(({ id, credits, prices }) => ({ option: 'buy_add_on', pack: id, credits, prices }));
  const plans = [...catalog.plans.values()]
    .filter(({ sold, rank }) => sold === 'checkout' && rank > plan.rank)
    .sort((one, other) => one.rank - other.rank)
    .map((other) => ({
      option: plan.sold === 'default' ? 'subscribe' : 'upgrade',
      plan: other.id,
      credits: monthlyCreditsOf(other),
    }))
    .filter(({ credits }) => credits > 0);
  return [...wait, ...packs, ...plans];
}
