import { clawWithheld, withheldOf } from '../payments/refunds';
import type { ClawbackEffect } from '../payments/withdrawal-parts';
import { effectiveAt, grantsOf, onceDue, withdrawalsOf, type DueCycle } from './cycle-grants';
import type { GrantEffect } from './effects';
import { eraOf, ungrantedCycles, withGranted, type Era, type PaidCycle } from './paid-cycles';
import type { SubscriptionState } from './state';
import { currentInterval, endsAt, lastInterval, pauseOf } from './timeline';

/**
 * The paid cycles that are neither granted nor withheld, oldest first. A cycle that two payments cover belongs to the one
 * that was known first, so that each cycle is granted once.
 */
export function dueCycles(state: SubscriptionState): readonly DueCycle[] {
  return [...ungrantedByPayment(state)]
    .flatMap(([paymentId, cycles]) => afterWithholding(cycles, withheldOf(withdrawalsOf(state, paymentId))))
    .sort((a, b) => compare(a.period.start, b.period.start));
}

/** The paid cycles that are not granted yet, by payment, withheld ones included. */
export function ungrantedByPayment(state: SubscriptionState): ReadonlyMap<string, readonly PaidCycle[]> {
  const taken = new Set<string>();
  const byPayment = new Map<string, PaidCycle[]>();
  for (const interval of state.intervals) {
    const era = eraOf(interval, state.eras);
    for (const cycle of era === undefined ? [] : ungrantedCycles(interval, era)) {
      if (isAfterTrial(state, cycle)) continue;
      const id = `${String(cycle.era)}:${String(cycle.cycle)}`;
      if (taken.has(id)) continue;
      taken.add(id);
      const cycles = byPayment.get(interval.paymentId);
      if (cycles === undefined) byPayment.set(interval.paymentId, [cycle]);
      else cycles.push(cycle);
    }
  }
  return byPayment;
}

/** Grants the cycles that are due and not held back by a pause: answers the new state and the effects. */
export function grantDue(state: SubscriptionState): {
  readonly state: SubscriptionState;
  readonly grants: readonly GrantEffect[];
  readonly clawbacks: readonly ClawbackEffect[];
} {
  const due = dueCycles(state).filter((cycle) => cycle.period.start <= state.at && !isHeldBack(state, cycle));
  if (due.length === 0) return { state, grants: [], clawbacks: [] };
  const clawbacks: ClawbackEffect[] = [];
  const withdrawals = state.withdrawals.map((one) => {
    const withheld = due.find((cycle) => cycle.interval.paymentId === one.paymentId && cycle.withheld > 0);
    if (withheld === undefined) return one;
    const outcome = clawWithheld(one, withheld.withheld, effectiveAt(state, withheld));
    clawbacks.push(...outcome.clawbacks);
    return outcome.withdrawals;
  });
  const eras = state.eras.map((era) => grantAll(era, due));
  const once = onceDue(state, due);
  return {
    state: {
      ...state,
      eras,
      withdrawals,
      onceGranted: [...state.onceGranted, ...once.flatMap(({ grant }) => grant ?? [])],
    },
    grants: [...due.flatMap((cycle) => grantsOf(state, cycle)), ...once],
    clawbacks,
  };
}

/** No grants while paused: a prepaid cycle that starts during a pause is granted at its end. */
export function isHeldBack(state: SubscriptionState, { period }: PaidCycle): boolean {
  const pause = pauseOf(state);
  return pause !== null && pause.to === null && pause.from <= period.start;
}

/** Drops the intervals that no longer matter, so that the state does not grow with the years. */
export function prune(state: SubscriptionState): SubscriptionState {
  const last = lastInterval(state);
  const current = currentInterval(state);
  const ungranted = ungrantedByPayment(state);
  const intervals = state.intervals.filter(
    (interval) =>
      interval === last ||
      interval === current ||
      eraOf(interval, state.eras) === undefined ||
      ungranted.has(interval.paymentId),
  );
  return intervals.length === state.intervals.length ? state : { ...state, intervals };
}

/** Takes `withheld` credits from cycles of one payment, latest first; the last one may lose only a part. */
function afterWithholding(cycles: readonly PaidCycle[], withheld: number): readonly DueCycle[] {
  const perCycle = cycles[0]?.interval.creditsPerCycle ?? 0;
  if (withheld === 0 || perCycle === 0) return cycles.map((cycle) => ({ ...cycle, withheld: 0 }));
  const kept = Math.max(0, cycles.length * perCycle - withheld);
  const count = Math.ceil(kept / perCycle);
  return cycles
    .slice(0, count)
    .map((cycle, index) => ({ ...cycle, withheld: index === count - 1 ? count * perCycle - kept : 0 }));
}

function grantAll(era: Era, cycles: readonly PaidCycle[]): Era {
  return cycles
    .filter((cycle) => cycle.era === era.number)
    .reduce((after, { cycle }) => withGranted(after, cycle), era);
}

/** A trial gives nothing after its end, which comes early when the subscription ends or a paid period begins. */
function isAfterTrial(state: SubscriptionState, cycle: PaidCycle): boolean {
  const { interval, period, era: number } = cycle;
  if (interval.trial !== true) return false;
  const { start } = period;
  const end = endsAt(state);
  const isFollowed = state.eras.some((era) => era.number > number && era.anchorAt <= start);
  return isFollowed || (end !== null && end <= start) || effectiveAt(state, cycle) >= interval.end;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
