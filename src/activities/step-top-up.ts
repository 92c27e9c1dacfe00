import { noAutoTopUp, stepAutoTopUp, type AutoTopUpState, type AutoTopUpStep } from '../domain/auto-top-up';
import { credits } from '../domain/credits';
import type { Instant } from '../domain/instants';
import { planAt } from '../domain/subscription/rights';
import { getBalance } from '../ledger/get-balance';
import { findAutoTopUp, saveAutoTopUp } from '../store/auto-top-ups';
import { getCatalog } from '../store/catalogs';
import { findLiveSubscription } from '../store/subscriptions';
import type { ActivityDeps } from './deps';

/** What the workflow has to say; what there is to observe, this activity looks up. */
export type TopUpInput = Exclude<AutoTopUpStep, { type: 'observed' }> | { readonly type: 'observe' };

/** A purchase to be made, or to be gone on with. */
export interface Purchase {
  readonly number: number;
  readonly pack: string;
  readonly quantity: number;
}

/**
 * Takes one input into a customer's automatic top-up and keeps the state. Answers the purchase that is to be made now, if
 * any: also one that was begun and not ended, when its workflow is gone. The customer's workflow is the only caller.
 */
export async function stepTopUp(
  deps: ActivityDeps,
  { customerId, input, at }: { customerId: string; input: TopUpInput; at: Instant },
): Promise<Purchase | null> {
  const state = (await findAutoTopUp(deps.db, customerId)) ?? noAutoTopUp(customerId);
  const step = input.type === 'observe' ? await observe(deps, customerId, at) : input;
  const next = stepAutoTopUp(state, step);
  if (next.state !== state) await saveAutoTopUp(deps.db, next.state, at);
  return next.effects.buy ?? unfinished(next.state);
}

async function observe(deps: ActivityDeps, customerId: string, at: Instant): Promise<AutoTopUpStep> {
  const { available } = await getBalance(deps.db, customerId);
  const subscription = await findLiveSubscription(deps.db, customerId);
  const rights =
    subscription === undefined
      ? undefined
      : (await getCatalog(deps.db, subscription.catalogVersion)).plans[planAt(subscription, at)].rights;
  return { type: 'observed', at, available: credits(available), mayBuy: rights?.addOns ?? false };
}

function unfinished({ pending, setting }: AutoTopUpState): Purchase | null {
  if (pending === null) return null;
  const { number, quantity } = pending;
  return setting === null ? null : { number, quantity, pack: setting.pack };
}
