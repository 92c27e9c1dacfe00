import { cycleIndexAt, cycleStart } from '../billing-calendar';
import type { Instant } from '../instants';
import { adopt, waive } from './adopt';
import type { SubscriptionFact } from './inputs';
import { eraOf, isRecorded, type Era, type PaidInterval } from './paid-cycles';
import type { SubscriptionState } from './state';
import { lastInterval } from './timeline';

/** The state with one more fact. Repeated facts, and facts in any order, lead to the same state. */
export function takeFact(state: SubscriptionState, fact: SubscriptionFact): SubscriptionState {
  // Facts about a duplicate, its own refund included, neither grant anything nor take anything back.
  if (state.duplicate !== undefined && fact.type !== 'duplicate') return state;
  switch (fact.type) {
    case 'instant':
      return state;
    case 'duplicate':
      return takeDuplicate(state, fact);
    case 'paid':
    case 'withdrawal':
      return addPayment(state, fact.payment, fact.stripeSubscriptionId);
    case 'payment_failed': {
      const known = state.failedPeriodStart;
      const settled = withoutPending(state, fact.periodStart);
      return known !== null && known >= fact.periodStart
        ? settled
        : { ...settled, failedPeriodStart: fact.periodStart };
    }
    case 'payment_pending': {
      const known = state.pendingPeriodStart;
      if (known !== null && known > fact.periodStart) return state;
      return { ...withoutFailed(state, fact.periodStart), pendingPeriodStart: fact.periodStart };
    }
    case 'invoice_voided': {
      const { periodStart: start, waivedThrough: end } = fact;
      const settled = withoutPending(withoutFailed(state, start), start);
      return end === undefined ? settled : waive(settled, { start, end });
    }
    case 'all_voided':
      return { ...state, unvoidedUntil: null };
    case 'checkout_expired':
      return { ...state, expired: true };
    case 'subscription_changed':
      return takeProcessorState(state, fact);
  }
}

function withoutFailed(state: SubscriptionState, periodStart: Instant): SubscriptionState {
  return state.failedPeriodStart === periodStart ? { ...state, failedPeriodStart: null } : state;
}

function withoutPending(state: SubscriptionState, periodStart: Instant): SubscriptionState {
  return state.pendingPeriodStart === periodStart ? { ...state, pendingPeriodStart: null } : state;
}

/**
 * Adds the interval that a payment covers, once. A payment for a later period than that of the last order says which plan is
 * ordered now, whoever changed it.
 */
export function addPayment(
  state: SubscriptionState,
  payment: PaidInterval,
  stripeSubscriptionId: string | null,
): SubscriptionState {
  const known =
    state.intervals.some((interval) => interval.paymentId === payment.paymentId) || isCovered(state, payment);
  // Stripe bills from the end of a trial on, whatever day of its month that is.
  const begins = payment.beginsEra || state.trial?.end === payment.start;
  const opensEra = begins && !known && !state.eras.some((era) => isOpenedBy(era, payment));
  const era: Era = {
    number: state.eras.length,
    anchorAt: payment.start,
    openedBy: payment.paymentId,
    granted: [],
  };
  const orders = !known && payment.start > state.orderedAt;
  return withMovedAnchors({
    ...withoutPending(state, payment.start),
    ...(orders ? { plan: payment.plan, planCredits: payment.creditsPerCycle, orderedAt: payment.start } : {}),
    stripeSubscriptionId: state.stripeSubscriptionId ?? stripeSubscriptionId,
    eras: opensEra ? [...state.eras, era] : state.eras,
    intervals: known ? state.intervals : [...state.intervals, payment],
    ...(payment.trial === true && state.trial !== null
      ? { trial: { ...state.trial, end: payment.end } }
      : {}),
  });
}

/**
 * A period that Stripe bills from another day than its era's is counted from its own start, whatever the invoice's billing
 * reason: somebody has moved the billing date there. An era that a recorded payment began has its own calendar.
 */
function withMovedAnchors(state: SubscriptionState): SubscriptionState {
  const moved = state.intervals
    .filter(({ paymentId }) => !isRecorded(paymentId))
    .find((interval) => {
      const era = eraOf(interval, state.eras);
      const isStripes = era !== undefined && !isRecorded(era.openedBy ?? '');
      return (
        isStripes && cycleStart(era.anchorAt, cycleIndexAt(era.anchorAt, interval.start)) !== interval.start
      );
    });
  if (moved === undefined) return state;
  const era = { number: state.eras.length, anchorAt: moved.start, openedBy: moved.paymentId, granted: [] };
  return withMovedAnchors({ ...state, eras: [...state.eras, era] });
}

/** The first invoice of a period with a recorded payment: that it is marked as paid out of band is no new money. */
function isCovered({ intervals }: SubscriptionState, payment: PaidInterval): boolean {
  return intervals.some(
    ({ paymentId, plan, start, end }) =>
      payment.beginsEra &&
      isRecorded(paymentId) &&
      !isRecorded(payment.paymentId) &&
      plan === payment.plan &&
      start < payment.end &&
      payment.start < end,
  );
}

/** An era written by the first release does not name the payment that began it; its anchor identifies it. */
function isOpenedBy({ openedBy, anchorAt }: Era, payment: PaidInterval): boolean {
  return openedBy === undefined ? anchorAt === payment.start : openedBy === payment.paymentId;
}

/** Ends the subscription; one that has ended stays ended. */
function takeDuplicate(
  state: SubscriptionState,
  { duplicate, stripeSubscriptionId }: Extract<SubscriptionFact, { readonly type: 'duplicate' }>,
): SubscriptionState {
  return {
    ...state,
    duplicate,
    stripeSubscriptionId: state.stripeSubscriptionId ?? stripeSubscriptionId,
    cancelAt: state.cancelAt ?? state.at,
  };
}

function takeProcessorState(
  state: SubscriptionState,
  fact: Extract<SubscriptionFact, { readonly type: 'subscription_changed' }>,
): SubscriptionState {
  const ended = takeEnd(state, fact);
  return fact.seen === undefined ? ended : adopt(ended, fact.seen);
}

/** Dunning never ends a contract, a cancel never ends time of a recorded payment, and what has ended stays ended. */
function takeEnd(
  state: SubscriptionState,
  { endedAt, cancelAt, endReason }: Extract<SubscriptionFact, { readonly type: 'subscription_changed' }>,
): SubscriptionState {
  const hasEnded = state.cancelAt !== null && state.cancelAt <= state.at;
  const isDunning = endedAt !== null && endReason === 'payment_failed';
  if (hasEnded || (isDunning && state.contract !== null)) return state;
  const end = endedAt ?? cancelAt;
  const last = lastInterval(state);
  const recordedThrough = last !== undefined && isRecorded(last.paymentId) ? last.end : null;
  const outlasts = !isDunning && end !== null && recordedThrough !== null && recordedThrough > end;
  return { ...state, cancelAt: outlasts ? recordedThrough : end };
}
