import { cycleIndexAt, cyclePeriod, cycleStart } from './billing-calendar';
import type { Interval, Money, PlanId } from './catalog';
import type { Credits } from './credits';
import { epochMsOf, instantOf, type Instant, type Period } from './instants';
import {
  eraOf,
  isGranted,
  paidCycles,
  withGranted,
  type Era,
  type PaidCycle,
  type PaidInterval,
} from './paid-cycles';

/*
 * The life of a subscription as a pure machine: inputs in, state and effects out. It knows neither Temporal nor Stripe, so
 * the same rules run in property tests, in the simulation and in the workflow.
 *
 * Paid intervals drive grants. Whatever takes the money only adds a paid interval; cycle k of an era is due at its anchor
 * plus k months and is granted once, if its start lies in a paid interval. Facts may come twice, late, and in any order.
 */

export type SubscriptionStatus = 'incomplete' | 'active' | 'past_due' | 'paused' | 'canceled';

/** Plain JSON, bounded: it travels from run to run of the workflow and is kept with the subscription's row. */
export interface SubscriptionState {
  readonly schemaVersion: 1;
  readonly subscriptionId: string;
  readonly customerId: string;
  /** The plan that was ordered. What is granted follows the paid intervals. */
  readonly plan: PlanId;
  readonly interval: Interval;
  readonly collection: 'checkout' | 'invoice';
  readonly catalogVersion: string;
  /** How long a due but unpaid cycle leaves the subscription active; pinned from the catalog. */
  readonly graceMs: number;
  readonly checkout: Checkout | null;
  readonly stripeSubscriptionId: string | null;
  /** By number; the current one is the one with the latest anchor. */
  readonly eras: readonly Era[];
  /** Those with cycles still to grant, the last of the current era, and those whose era is not known yet. */
  readonly intervals: readonly PaidInterval[];
  /** The start of the latest period whose payment is known to have failed. */
  readonly failedPeriodStart: Instant | null;
  /** The checkout ended without a payment. */
  readonly expired: boolean;
  readonly createdAt: Instant;
  /** The latest instant seen; never goes back. */
  readonly at: Instant;
  /** Counts visible changes, so that an older record never overwrites a newer one. */
  readonly revision: number;
}

/** Where the customer pays for the first time. */
export interface Checkout {
  readonly sessionId: string;
  readonly url: string;
  readonly expiresAt: Instant;
}

/** What a subscription is opened with. */
export type SubscriptionOpening = Pick<
  SubscriptionState,
  | 'subscriptionId'
  | 'customerId'
  | 'plan'
  | 'interval'
  | 'collection'
  | 'catalogVersion'
  | 'graceMs'
  | 'checkout'
> & { readonly at: Instant };

/** Every input says when it is taken in; commands of customers and operators join this union. */
export type SubscriptionStep =
  /** An instant passes. */
  | { readonly type: 'instant'; readonly at: Instant }
  /** Money has arrived, once per payment, whatever the order. */
  | {
      readonly type: 'paid';
      readonly at: Instant;
      readonly payment: PaidInterval;
      readonly stripeSubscriptionId: string | null;
    }
  /** Charging for the period that starts then has failed. */
  | { readonly type: 'payment_failed'; readonly at: Instant; readonly periodStart: Instant }
  /** The checkout has ended without a payment. */
  | { readonly type: 'checkout_expired'; readonly at: Instant };

/** Credits to grant under the business key of their cycle. */
export interface GrantEffect {
  readonly key: string;
  readonly era: number;
  readonly cycle: number;
  readonly period: Period;
  readonly plan: PlanId;
  readonly credits: Credits;
  readonly cost: Money;
  readonly paymentId: string;
  /** The later of the cycle's start and its payment: what the facts say, not when they were heard of. */
  readonly effectiveAt: Instant;
}

/** What is to be carried out, in order; `record` says that the readable state has changed. */
export interface SubscriptionEffects {
  readonly grants: readonly GrantEffect[];
  readonly record: boolean;
}

/** The readable state of a subscription, as the API and the operators see it. */
export interface SubscriptionView {
  readonly status: SubscriptionStatus;
  readonly plan: PlanId;
  readonly anchorAt: Instant | null;
  readonly era: number;
  /** The index of the current cycle, from 0; null before the first payment. */
  readonly cycle: number | null;
  readonly currentPeriod: Period | null;
  /** Where the last paid interval ends. */
  readonly paidThrough: Instant | null;
  /** When the next credits come, as far as can be known; null when none are to be expected. */
  readonly nextGrant: { readonly at: Instant; readonly credits: Credits } | null;
}

/** A subscription that waits for its first payment. */
export function openSubscription(opening: SubscriptionOpening): SubscriptionState {
  return {
    schemaVersion: 1,
    subscriptionId: opening.subscriptionId,
    customerId: opening.customerId,
    plan: opening.plan,
    interval: opening.interval,
    collection: opening.collection,
    catalogVersion: opening.catalogVersion,
    graceMs: opening.graceMs,
    checkout: opening.checkout,
    stripeSubscriptionId: null,
    eras: [],
    intervals: [],
    failedPeriodStart: null,
    expired: false,
    createdAt: opening.at,
    at: opening.at,
    revision: 1,
  };
}

/**
 * Takes in one input and says what follows from it: the state after it, and the grants that have come due, oldest first.
 * A grant is never given twice and never without a paid interval, whatever the inputs and their order; the union of all
 * grants depends only on the set of payments and the latest instant. Pure.
 */
export function step(
  state: SubscriptionState,
  input: SubscriptionStep,
): { readonly state: SubscriptionState; readonly effects: SubscriptionEffects } {
  const heard = takeIn({ ...state, at: input.at > state.at ? input.at : state.at }, input);
  const due = dueCycles(heard).filter((cycle) => cycle.period.start <= heard.at);
  const after = prune({ ...heard, eras: heard.eras.map((era) => grantAll(era, due)) });
  const record = due.length > 0 || !sameView(state, after);
  return {
    state: record ? { ...after, revision: state.revision + 1 } : after,
    effects: { grants: due.map((cycle) => grantOf(state.subscriptionId, cycle)), record },
  };
}

/** What can be seen of a subscription at the latest instant it knows of. */
export function viewOf(state: SubscriptionState): SubscriptionView {
  const era = currentEra(state);
  const cycle = era === undefined ? null : Math.max(0, cycleIndexAt(era.anchorAt, state.at));
  return {
    status: statusOf(state),
    plan: currentInterval(state)?.plan ?? state.plan,
    anchorAt: era?.anchorAt ?? null,
    era: era?.number ?? 0,
    cycle,
    currentPeriod: era === undefined || cycle === null ? null : cyclePeriod(era.anchorAt, cycle),
    paidThrough: paidThroughOf(state),
    nextGrant: nextGrantOf(state),
  };
}

/**
 * The next instant at which something changes by itself: a paid cycle comes due, a period rolls over, a grace ends.
 * Null when nothing will without news.
 */
export function nextChangeAt(state: SubscriptionState): Instant | null {
  const era = currentEra(state);
  if (era === undefined) return null;
  const paidThrough = paidThroughOf(state);
  const instants = [
    ...dueCycles(state).map((cycle) => cycle.period.start),
    cycleStart(era.anchorAt, Math.max(0, cycleIndexAt(era.anchorAt, state.at)) + 1),
    ...(paidThrough === null ? [] : [paidThrough, graceEnd(state, paidThrough)]),
  ].filter((instant) => instant > state.at);
  return instants.sort()[0] ?? null;
}

/** True when nothing can come of the subscription any more but by a payment that arrives after all. */
export function isFinished(state: SubscriptionState): boolean {
  return statusOf(state) === 'canceled' && dueCycles(state).length === 0;
}

function takeIn(state: SubscriptionState, input: SubscriptionStep): SubscriptionState {
  switch (input.type) {
    case 'instant':
      return state;
    case 'paid':
      return addPayment(state, input.payment, input.stripeSubscriptionId);
    case 'payment_failed': {
      const known = state.failedPeriodStart;
      return known !== null && known >= input.periodStart
        ? state
        : { ...state, failedPeriodStart: input.periodStart };
    }
    case 'checkout_expired':
      return { ...state, expired: true };
  }
}

function addPayment(
  state: SubscriptionState,
  payment: PaidInterval,
  stripeSubscriptionId: string | null,
): SubscriptionState {
  const known = state.intervals.some((interval) => interval.paymentId === payment.paymentId);
  const opensEra = payment.beginsEra && !state.eras.some((era) => era.anchorAt === payment.start);
  const era: Era = { number: state.eras.length, anchorAt: payment.start, granted: [] };
  return {
    ...state,
    stripeSubscriptionId: state.stripeSubscriptionId ?? stripeSubscriptionId,
    eras: opensEra ? [...state.eras, era] : state.eras,
    intervals: known ? state.intervals : [...state.intervals, payment],
  };
}

/** The paid cycles that are not granted yet, oldest first; each once, even when two payments cover it. */
function dueCycles(state: SubscriptionState): readonly PaidCycle[] {
  const byStart = [...state.intervals].sort(
    (a, b) => compare(a.start, b.start) || compare(a.paymentId, b.paymentId),
  );
  const due = new Map<string, PaidCycle>();
  for (const interval of byStart) {
    const era = eraOf(interval, state.eras);
    for (const cycle of era === undefined ? [] : paidCycles(interval, era)) {
      const id = `${String(cycle.era)}:${String(cycle.cycle)}`;
      if (era !== undefined && !isGranted(era, cycle.cycle) && !due.has(id)) due.set(id, cycle);
    }
  }
  return [...due.values()].sort((a, b) => compare(a.period.start, b.period.start));
}

function grantAll(era: Era, cycles: readonly PaidCycle[]): Era {
  return cycles
    .filter((cycle) => cycle.era === era.number)
    .reduce((after, { cycle }) => withGranted(after, cycle), era);
}

function grantOf(subscriptionId: string, { era, cycle, period, interval, cost }: PaidCycle): GrantEffect {
  return {
    key: `cycle:${subscriptionId}:${String(era)}:${period.start}`,
    era,
    cycle,
    period,
    plan: interval.plan,
    credits: interval.creditsPerCycle,
    cost,
    paymentId: interval.paymentId,
    effectiveAt: interval.paidAt > period.start ? interval.paidAt : period.start,
  };
}

/** Forgets the intervals that have nothing left to say, so that the state does not grow with the years. */
function prune(state: SubscriptionState): SubscriptionState {
  const last = lastInterval(state);
  const current = currentInterval(state);
  const intervals = state.intervals.filter((interval) => {
    const era = eraOf(interval, state.eras);
    if (era === undefined || interval === last || interval === current) return true;
    return paidCycles(interval, era).some(({ cycle }) => !isGranted(era, cycle));
  });
  return { ...state, intervals };
}

function statusOf(state: SubscriptionState): SubscriptionStatus {
  const paidThrough = paidThroughOf(state);
  if (paidThrough === null) return state.expired ? 'canceled' : 'incomplete';
  if (state.at < paidThrough) return 'active';
  const failed = state.failedPeriodStart !== null && state.failedPeriodStart >= paidThrough;
  return failed || state.at >= graceEnd(state, paidThrough) ? 'past_due' : 'active';
}

function nextGrantOf(state: SubscriptionState): SubscriptionView['nextGrant'] {
  const paid = dueCycles(state)[0];
  if (paid !== undefined) return { at: paid.period.start, credits: paid.interval.creditsPerCycle };
  const era = currentEra(state);
  const last = lastInterval(state);
  if (era === undefined || last === undefined || statusOf(state) !== 'active') return null;
  const index = cycleIndexAt(era.anchorAt, last.end);
  const start = cycleStart(era.anchorAt, index);
  return {
    at: start === last.end ? start : cycleStart(era.anchorAt, index + 1),
    credits: last.creditsPerCycle,
  };
}

function paidThroughOf(state: SubscriptionState): Instant | null {
  return lastInterval(state)?.end ?? null;
}

/** The interval of the current era that ends last. */
function lastInterval(state: SubscriptionState): PaidInterval | undefined {
  return intervalsOfCurrentEra(state).at(-1);
}

/** The interval of the current era that covers the latest instant, else the last one. */
function currentInterval(state: SubscriptionState): PaidInterval | undefined {
  const intervals = intervalsOfCurrentEra(state);
  return intervals.find(({ start, end }) => start <= state.at && state.at < end) ?? intervals.at(-1);
}

function intervalsOfCurrentEra(state: SubscriptionState): readonly PaidInterval[] {
  const current = currentEra(state);
  return state.intervals
    .filter((interval) => current !== undefined && eraOf(interval, state.eras) === current)
    .sort((a, b) => compare(a.end, b.end));
}

function currentEra(state: SubscriptionState): Era | undefined {
  return [...state.eras].sort((a, b) => compare(a.anchorAt, b.anchorAt)).at(-1);
}

function graceEnd(state: SubscriptionState, paidThrough: Instant): Instant {
  return instantOf(epochMsOf(paidThrough) + state.graceMs);
}

function sameView(before: SubscriptionState, after: SubscriptionState): boolean {
  return (
    JSON.stringify(viewOf(before)) === JSON.stringify(viewOf(after)) &&
    before.stripeSubscriptionId === after.stripeSubscriptionId
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
