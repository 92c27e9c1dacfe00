import { cycleIndexAt, cyclePeriod, cycleStart } from '../billing-calendar';
import type { PlanId } from '../catalog/catalog';
import { credits, type Credits } from '../credits';
import { plusMs, type Instant, type Period } from '../instants';
import { dueCycles, isHeldBack } from './due-cycles';
import { duplicateEndsAt, type Duplicate } from './duplicate';
import type { Era } from './paid-cycles';
import type { SubscriptionState, SubscriptionStatus } from './state';
import {
  coveredThroughOf,
  currentEra,
  endsAt,
  graceEnd,
  lastInterval,
  paidThroughOf,
  planOf,
  statusOf,
} from './timeline';

/** The readable state of a subscription, as the API and the operators see it. */
export interface SubscriptionView {
  readonly status: SubscriptionStatus;
  /** The plan whose rights and credits apply now: the paid interval's. */
  readonly plan: PlanId;
  /** What the plan becomes when the paid time ends; null when it stays. */
  readonly pendingPlan: PlanId | null;
  readonly anchorAt: Instant | null;
  readonly era: number;
  /** The index of the current cycle, from 0; null before the first payment. */
  readonly cycle: number | null;
  readonly currentPeriod: Period | null;
  /** Where the last paid interval ends. */
  readonly paidThrough: Instant | null;
  /** The next grant, as far as it is known; null when none is expected. */
  readonly nextGrant: { readonly at: Instant; readonly credits: Credits } | null;
  /** When it ends, or ended; null when no end is known. */
  readonly cancelAt: Instant | null;
}

/** The view of a subscription at the latest instant it knows of. */
export function viewOf(state: SubscriptionState): SubscriptionView {
  const era = currentEra(state);
  const cycle =
    era === undefined ? null : Math.max(0, cycleIndexAt(era.anchorAt, lastLiveInstant(state, era)));
  const plan = planOf(state);
  return {
    status: statusOf(state),
    plan,
    pendingPlan: plan !== state.plan && endsAt(state) === null ? state.plan : null,
    anchorAt: era?.anchorAt ?? null,
    era: era?.number ?? 0,
    cycle,
    currentPeriod: era === undefined || cycle === null ? null : currentPeriodOf(state, era, cycle),
    paidThrough: paidThroughOf(state),
    nextGrant: nextGrantOf(state),
    cancelAt: endsAt(state),
  };
}

/**
 * The next instant at which something changes by itself: a paid cycle comes due, a period rolls over, a grace ends, the
 * end is reached. Null when nothing will change without new input.
 */
export function nextChangeAt(state: SubscriptionState): Instant | null {
  const era = currentEra(state);
  const end = endsAt(state);
  if (era === undefined) return end !== null && end > state.at ? end : null;
  const paidThrough = paidThroughOf(state);
  const through = coveredThroughOf(state);
  const instants = [
    ...dueCycles(state)
      .filter((cycle) => !isHeldBack(state, cycle))
      .map((cycle) => cycle.period.start),
    ...(end === null ? [] : [end]),
    ...(statusOf(state) === 'canceled'
      ? []
      : [cycleStart(era.anchorAt, Math.max(0, cycleIndexAt(era.anchorAt, state.at)) + 1)]),
    ...(paidThrough === null || through === null ? [] : [paidThrough, through, graceEnd(state, through)]),
  ].filter((instant) => instant > state.at);
  return instants.sort()[0] ?? null;
}

/** True when only a payment could still change the subscription. */
export function isFinished(state: SubscriptionState): boolean {
  const { command, duplicate, unvoidedUntil } = state;
  if (duplicate !== undefined && !isArrived(duplicate, state.at)) return false;
  const isSettled = command === null && unvoidedUntil === null;
  return statusOf(state) === 'canceled' && dueCycles(state).length === 0 && isSettled;
}

function isArrived(duplicate: Duplicate, at: Instant): boolean {
  const end = duplicateEndsAt(duplicate);
  return end !== null && end <= at;
}

/** The latest instant, or the last one before the end: a subscription that has ended stays in its last cycle. */
function lastLiveInstant(state: SubscriptionState, era: Era): Instant {
  const end = endsAt(state);
  if (end === null || state.at < end) return state.at;
  const last = plusMs(end, -1);
  return last < era.anchorAt ? era.anchorAt : last;
}

/** A trial ends its cycle early: what comes after it is counted from its end. */
function currentPeriodOf(state: SubscriptionState, era: Era, cycle: number): Period {
  const period = cyclePeriod(era.anchorAt, cycle);
  const last = lastInterval(state);
  const isCut = last?.trial === true && period.start < last.end && last.end < period.end;
  return isCut ? { ...period, end: last.end } : period;
}

function nextGrantOf(state: SubscriptionState): SubscriptionView['nextGrant'] {
  const status = statusOf(state);
  if (status === 'paused') return null;
  const paid = dueCycles(state)[0];
  if (paid !== undefined)
    return { at: paid.period.start, credits: credits(paid.interval.creditsPerCycle - paid.withheld) };
  const era = currentEra(state);
  const last = lastInterval(state);
  const end = endsAt(state);
  if (era === undefined || last === undefined || status !== 'active') return null;
  const through = coveredThroughOf(state) ?? last.end;
  const index = cycleIndexAt(era.anchorAt, through);
  const start = cycleStart(era.anchorAt, index);
  // Waived time and a trial end where Stripe bills next, whatever day that is.
  const isBilledAt = through > last.end || last.trial === true;
  const at = start === through || isBilledAt ? through : cycleStart(era.anchorAt, index + 1);
  if (end !== null && end <= at) return null;
  return { at, credits: state.planCredits ?? last.creditsPerCycle };
}
