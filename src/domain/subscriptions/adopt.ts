import type { Instant } from '../instants';
import { planItemOf, type AtStripe } from './at-stripe';
import type { SubscriptionState } from './state';
import { currentEra, paidThroughOf, pauseOf, statusOf } from './timeline';

/**
 * Adopts the changes made at Stripe that have one clear meaning: another plan, quantity or interval is ordered for the next
 * renewal, a pause there is a pause here, and a trial there is waived time. All other changes are left to a person;
 * `differencesOf` names them.
 */
export function adopt(state: SubscriptionState, seen: AtStripe): SubscriptionState {
  const known = { ...state, atStripe: seen };
  const isLive = currentEra(state) !== undefined && statusOf(state) !== 'canceled';
  return isLive ? withTrial(withPause(withOrder(known, seen), seen), seen) : known;
}

function withOrder(state: SubscriptionState, seen: AtStripe): SubscriptionState {
  const sold = planItemOf(seen)?.sold ?? null;
  if (sold === null) return state;
  const { plan, credits, interval } = sold;
  if (state.contract !== null) return { ...state, planCredits: credits };
  const orderedAt = plan === state.plan ? state.orderedAt : state.at;
  return { ...state, plan, planCredits: credits, orderedAt, interval, collection: seen.collection };
}

/** A contract is not paused: a pause at Stripe raises an alarm instead. */
function withPause(state: SubscriptionState, { isPaused }: AtStripe): SubscriptionState {
  const pause = pauseOf(state);
  const isOpen = pause !== null && pause.to === null;
  if (isPaused === isOpen || state.contract !== null) return state;
  return { ...state, pause: isOpen ? { ...pause, to: state.at } : { from: state.at, to: null } };
}

function withTrial(state: SubscriptionState, { trialEnd, currentPeriod }: AtStripe): SubscriptionState {
  const paidThrough = paidThroughOf(state);
  if (trialEnd === null || paidThrough === null || trialEnd <= paidThrough) return state;
  return waive(state, { start: currentPeriod.start, end: trialEnd });
}

/** The state with waived time; of several the latest counts. */
export function waive(
  state: SubscriptionState,
  period: { readonly start: Instant; readonly end: Instant },
): SubscriptionState {
  const isLater = state.waived === null || state.waived.end < period.end;
  return isLater ? { ...state, waived: period } : state;
}
