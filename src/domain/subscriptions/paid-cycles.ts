import { cycleIndexAt, cyclePeriod, cycleStart } from '../billing-calendar';
import type { Money, PlanId } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { Instant, Period } from '../instants';
import type { SoldGrant } from './plan-grants';

/** The prefix of a recorded payment's id; Stripe's ids have other prefixes. */
const RECORDED = 'recorded:';

/**
 * The id of a recorded payment. The reference alone is not unique: one order number may be on several payments, also of
 * other customers.
 */
export function recordedPaymentId(subscriptionId: string, start: Instant, reference: string): string {
  return `${RECORDED}${subscriptionId}:${start}:${reference}`;
}

/** Whether a payment was recorded by an operator, by the prefix of its id; all others are Stripe's. */
export function isRecorded(paymentId: string): boolean {
  return paymentId.startsWith(RECORDED);
}

/** What one payment entitles to: every cycle of its era that starts in `[start, end)` gives `creditsPerCycle`. */
export interface PaidInterval {
  /** Stripe's invoice, or an operator's reference. */
  readonly paymentId: string;
  readonly plan: PlanId;
  readonly start: Instant;
  readonly end: Instant;
  readonly creditsPerCycle: Credits;
  /** What these are made of, in the order of the plan. Absent: one grant that lives for ever and has no limit. */
  readonly grants?: readonly SoldGrant[];
  /** What its customer is granted once for ever, with the first cycle. Absent: nothing. */
  readonly once?: readonly SoldGrant[];
  /** What was paid for the whole interval. */
  readonly paid: Money;
  /** What the same payment paid for other lines on its invoice. Absent: nothing. */
  readonly otherMinor?: number;
  readonly paidAt: Instant;
  /** True for a first payment and for an upgrade's: `start` is a new anchor. */
  readonly beginsEra: boolean;
  /** The trial that the plan was sold with: nobody pays for it, and it gives nothing after its end. */
  readonly trial?: true;
}

/** The time from one anchor to the next. Its number is part of every grant's key, so it never changes. */
export interface Era {
  readonly number: number;
  readonly anchorAt: Instant;
  /** The payment that began it; needed because an upgrade in the same second as the first payment has the same anchor. */
  readonly openedBy?: string;
  /** The cycles granted so far, as half-open ranges of their indices, ascending and apart. */
  readonly granted: readonly (readonly [from: number, to: number])[];
}

/** A cycle that is paid for. `cost` is its share of the payment; the shares of all cycles add up to the whole. */
export interface PaidCycle {
  readonly era: number;
  readonly cycle: number;
  readonly period: Period;
  readonly interval: PaidInterval;
  readonly cost: Money;
}

/**
 * The era that an interval began, else the latest one with an anchor before its start: a renewal that starts in the very second of
 * an upgrade belongs to the era it renews. Undefined while that is unknown.
 */
export function eraOf(interval: PaidInterval, eras: readonly Era[]): Era | undefined {
  const own = eras.find((era) => era.openedBy === interval.paymentId);
  return (
    own ??
    latest(eras.filter((era) => era.anchorAt < interval.start)) ??
    latest(eras.filter((era) => era.anchorAt === interval.start))
  );
}

function latest(eras: readonly Era[]): Era | undefined {
  return eras.reduce<Era | undefined>(
    (found, era) => (found === undefined || found.anchorAt <= era.anchorAt ? era : found),
    undefined,
  );
}

/** The cycles of an era that an interval pays for, in order: those whose start lies in `[start, end)`. */
export function paidCycles(interval: PaidInterval, era: Era): readonly PaidCycle[] {
  return cyclesOf(interval, era, () => true);
}

/** Those of them that are not granted yet. */
export function ungrantedCycles(interval: PaidInterval, era: Era): readonly PaidCycle[] {
  return cyclesOf(interval, era, (cycle) => !isGranted(era, cycle));
}

function cyclesOf(
  interval: PaidInterval,
  era: Era,
  isWanted: (cycle: number) => boolean,
): readonly PaidCycle[] {
  const first = firstCycleFrom(era.anchorAt, interval.start);
  const count = Math.max(0, firstCycleFrom(era.anchorAt, interval.end) - first);
  return Array.from({ length: count }, (_, position) => position)
    .filter((position) => isWanted(first + position))
    .map((position) => ({
      era: era.number,
      cycle: first + position,
      period: cyclePeriod(era.anchorAt, first + position),
      interval,
      cost: shareOf(interval.paid, position, count),
    }));
}

/** The end of the last cycle that an interval pays for: the interval's end, or later when that is within a cycle. */
export function coveredThrough({ end }: Pick<PaidInterval, 'end'>, anchorAt: Instant): Instant {
  return cycleStart(anchorAt, firstCycleFrom(anchorAt, end));
}

/** The index of the first cycle that starts at `instant` or after it. */
function firstCycleFrom(anchorAt: Instant, instant: Instant): number {
  const containing = cycleIndexAt(anchorAt, instant);
  return cycleStart(anchorAt, containing) === instant ? containing : containing + 1;
}

/** Whether the credits of this cycle, counted from the anchor of the era, were granted. */
export function isGranted(era: Era, cycle: number): boolean {
  return era.granted.some(([from, to]) => from <= cycle && cycle < to);
}

/** The era with one more granted cycle; neighbouring ranges are joined, so that years of cycles stay one range. */
export function withGranted(era: Era, cycle: number): Era {
  if (isGranted(era, cycle)) return era;
  const joined: (readonly [number, number])[] = [];
  for (const [from, to] of [...era.granted, [cycle, cycle + 1] as const].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last?.[1] === from) joined[joined.length - 1] = [last[0], to];
    else joined.push([from, to]);
  }
  return { ...era, granted: joined };
}

/** The `position`-th of `count` shares of a payment, in whole minor units that add up to it exactly. */
function shareOf(paid: Money, position: number, count: number): Money {
  const upTo = (shares: number): number => Math.floor((paid.amountMinor * shares) / count);
  return { amountMinor: upTo(position + 1) - upTo(position), currency: paid.currency };
}
