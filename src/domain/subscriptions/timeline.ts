import type { PlanId } from '../catalog/catalog';
import { plusMs, type Instant } from '../instants';
import { termEnd } from './contract';
import { eraOf, type Era, type PaidInterval } from './paid-cycles';
import type { Pause, SubscriptionState, SubscriptionStatus } from './state';

/** The status at the latest instant that the state knows of. */
export function statusOf(state: SubscriptionState): SubscriptionStatus {
  if (isEnded(state)) return 'canceled';
  const paidThrough = paidThroughOf(state);
  if (paidThrough === null) return state.expired ? 'canceled' : 'incomplete';
  if (state.pause !== null && state.pause.to === null) return 'paused';
  const through = latest(paidThrough, waivedThroughOf(state));
  if (state.at < through) return 'active';
  const failed = state.failedPeriodStart !== null && state.failedPeriodStart >= through;
  if (!failed && isInFlight(state, through)) return 'active';
  return failed || state.at >= graceEnd(state, through) ? 'past_due' : 'active';
}

/** Whether the payment for the period after an instant is pending: a bank debit takes days, and that is not a failure. */
export function isInFlight({ pendingPeriodStart }: SubscriptionState, through: Instant): boolean {
  return pendingPeriodStart !== null && pendingPeriodStart >= through;
}

/** Until when it continues as it is: the end of the paid time, or of the waived time after it. */
export function coveredThroughOf(state: SubscriptionState): Instant | null {
  const paidThrough = paidThroughOf(state);
  return paidThrough === null ? null : latest(paidThrough, waivedThroughOf(state));
}

function waivedThroughOf(state: SubscriptionState): Instant | null {
  const era = currentEra(state);
  const { waived } = state;
  return waived !== null && era !== undefined && era.anchorAt <= waived.start ? waived.end : null;
}

function latest(one: Instant, other: Instant | null): Instant {
  return other !== null && other > one ? other : one;
}

/** The plan of the current paid interval; after the last one, the plan that is ordered for the renewal. */
export function planOf(state: SubscriptionState): PlanId {
  const paidThrough = paidThroughOf(state);
  const current = currentInterval(state);
  const covered = paidThrough !== null && state.at < paidThrough;
  return isEnded(state) || covered ? (current?.plan ?? state.plan) : state.plan;
}

/** When it ends or has ended: the earlier of a cancel and the end of the contract's term; null when neither is known. */
export function endsAt(state: SubscriptionState): Instant | null {
  const first = state.eras[0];
  const term =
    state.contract === null || first === undefined ? null : termEnd(state.contract, first.anchorAt);
  if (term === null || state.cancelAt === null) return term ?? state.cancelAt;
  return term < state.cancelAt ? term : state.cancelAt;
}

/** The latest pause; the end of the subscription ends it too. */
export function pauseOf(state: SubscriptionState): Pause | null {
  const { pause } = state;
  return pause !== null && pause.to === null && isEnded(state) ? { ...pause, to: endsAt(state) } : pause;
}

/** Whether nobody has paid yet for the present time, because it was sold with a trial. */
export function isOnTrial(state: SubscriptionState): boolean {
  const current = currentInterval(state);
  return current?.trial === true && state.at < current.end;
}

/** The end of the last paid interval of the current era; null before the first payment. */
export function paidThroughOf(state: SubscriptionState): Instant | null {
  return lastInterval(state)?.end ?? null;
}

/** The interval of the current era that ends last. */
export function lastInterval(state: SubscriptionState): PaidInterval | undefined {
  return intervalsOfCurrentEra(state).at(-1);
}

/** The interval of the current era that covers the latest instant, else the last one. */
export function currentInterval(state: SubscriptionState): PaidInterval | undefined {
  const intervals = intervalsOfCurrentEra(state);
  return intervals.find(({ start, end }) => start <= state.at && state.at < end) ?? intervals.at(-1);
}

/** The era with the latest anchor, of two with the same one the later in the list; undefined when there is none yet. */
export function currentEra(state: SubscriptionState): Era | undefined {
  return state.eras.reduce<Era | undefined>(
    (latest, era) => (latest === undefined || latest.anchorAt <= era.anchorAt ? era : latest),
    undefined,
  );
}

/** Until when the subscription stays active while a due cycle is not paid. */
export function graceEnd(state: SubscriptionState, paidThrough: Instant): Instant {
  return plusMs(paidThrough, state.graceMs);
}

function isEnded(state: SubscriptionState): boolean {
  const end = endsAt(state);
  return end !== null && state.at >= end;
}

function intervalsOfCurrentEra(state: SubscriptionState): readonly PaidInterval[] {
  const current = currentEra(state);
  return state.intervals
    .filter((interval) => current !== undefined && eraOf(interval, state.eras) === current)
    .sort((a, b) => (a.end < b.end ? -1 : a.end > b.end ? 1 : 0));
}
