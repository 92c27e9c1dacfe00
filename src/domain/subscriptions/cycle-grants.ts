import { expiryOf } from '../catalog/grants';
import type { Instant, Period } from '../instants';
import { cycleKey, onceKey } from '../keys';
import type { PaymentWithdrawals } from '../payments/refunds';
import type { GrantEffect } from './effects';
import type { PaidCycle } from './paid-cycles';
import { sharesOf, type SoldGrant } from './plan-grants';
import type { SubscriptionState } from './state';
import { pauseOf } from './timeline';

/** A cycle to grant; `withheld` of its credits are clawed back at once, because their money went back. */
export interface DueCycle extends PaidCycle {
  readonly withheld: number;
}

/** The grants of a cycle: the plan's first under the cycle's own key, the others under that with their ids. */
export function grantsOf(state: SubscriptionState, due: DueCycle): readonly GrantEffect[] {
  const { era, period, interval } = due;
  const key = cycleKey(state.subscriptionId, era, period.start);
  const { grants } = interval;
  if (grants === undefined)
    return [{ key, ...effectOf(state, due), credits: interval.creditsPerCycle, cost: due.cost }];
  const shares = sharesOf(due.cost, grants);
  return grants.map((grant, index) => ({
    key: index === 0 ? key : `${key}:${grant.id}`,
    ...effectOf(state, due),
    ...termsOf(grant, effectiveAt(state, due)),
    cost: shares[index] ?? { ...due.cost, amountMinor: 0 },
  }));
}

/** What the cycles bring that their customer gets once for ever: the ledger's key knows whether another subscription did. */
export function onceDue(state: SubscriptionState, due: readonly DueCycle[]): readonly GrantEffect[] {
  const given = new Set(state.onceGranted);
  return due.flatMap((cycle) =>
    (cycle.interval.once ?? [])
      .filter(({ id }) => !given.has(id) && given.add(id))
      .map((grant) => ({
        key: onceKey(state.customerId, grant.id),
        ...effectOf(state, cycle),
        ...termsOf(grant, effectiveAt(state, cycle)),
        cost: { ...cycle.cost, amountMinor: 0 },
        paymentId: null,
      })),
  );
}

/** When a cycle is granted: the latest of its start, its payment, the end of a pause around it, and a restore of its credits. */
export function effectiveAt(state: SubscriptionState, { period, interval }: PaidCycle): Instant {
  const pause = pauseOf(state);
  const paused = pause !== null && pause.from <= period.start;
  const resumedAt = paused && pause.to !== null && period.start < pause.to ? pause.to : period.start;
  const restoredAt = withdrawalsOf(state, interval.paymentId)?.restoredAt ?? period.start;
  return [period.start, interval.paidAt, resumedAt, restoredAt].reduce((a, b) => (a > b ? a : b));
}

/** The withdrawals of one payment; undefined when there never were any. */
export function withdrawalsOf(state: SubscriptionState, paymentId: string): PaymentWithdrawals | undefined {
  return state.withdrawals.find((one) => one.paymentId === paymentId);
}

function effectOf(state: SubscriptionState, due: DueCycle) {
  const { era, cycle, interval } = due;
  const { plan, paymentId } = interval;
  return { era, cycle, period: periodOf(due), plan, paymentId, effectiveAt: effectiveAt(state, due) };
}

/** A trial ends its cycle early. */
function periodOf({ period, interval: { trial, end } }: DueCycle): Period {
  return trial === true && end < period.end ? { ...period, end } : period;
}

function termsOf({ id, credits, expires, upTo }: SoldGrant, at: Instant) {
  const expiresAt = expiryOf({ expires }, at);
  return {
    grant: id,
    credits,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(upTo === null ? {} : { upTo }),
  };
}
