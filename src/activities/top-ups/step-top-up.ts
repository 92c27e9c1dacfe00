import type { Instant } from '../../domain/instants';
import {
  noAutoTopUp,
  stepAutoTopUp,
  type AutoTopUpState,
  type AutoTopUpStep,
} from '../../domain/top-ups/auto-top-up';
import { findAutoTopUp, saveAutoTopUp } from '../../store/auto-top-ups';
import { getRecordedCustomer } from '../../store/customers';
import type { ActivityDeps } from '../deps';
import { observeCredits } from './observe-credits';

/** What the workflow has to say; what there is to observe, this activity looks up. */
export type TopUpNews = Exclude<AutoTopUpStep, { type: 'observed' }> | { readonly type: 'observe' };

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
  { customerId, input, at }: { customerId: string; input: TopUpNews; at: Instant },
): Promise<Purchase | null> {
  const state = (await findAutoTopUp(deps.db, customerId)) ?? noAutoTopUp(customerId);
  const step = await stepOf(deps, state, input, at);
  const next = stepAutoTopUp(state, step);
  if (next.state !== state) await saveAutoTopUp(deps.db, next.state, at);
  return next.effects.buy ?? unfinished(next.state);
}

async function stepOf(
  deps: ActivityDeps,
  { customerId, setting }: AutoTopUpState,
  input: TopUpNews,
  at: Instant,
): Promise<AutoTopUpStep> {
  if (input.type === 'observe') return observeCredits(deps, { customerId, packId: setting?.pack, at });
  // A setting that comes in the moment in which its customer is erased is none.
  const isLate = input.type === 'set' && (await getRecordedCustomer(deps.db, customerId)).erasingAt !== null;
  return isLate ? { type: 'removed' } : input;
}

function unfinished({ pending, setting }: AutoTopUpState): Purchase | null {
  if (pending === null) return null;
  const { number, quantity } = pending;
  return setting === null ? null : { number, quantity, pack: pending.pack ?? setting.pack };
}
