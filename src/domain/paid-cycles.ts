import { cycleIndexAt, cyclePeriod, cycleStart } from './billing-calendar';
import type { Money, PlanId } from './catalog';
import type { Credits } from './credits';
import type { Instant, Period } from './instants';

/** What one payment entitles to: every cycle of its era that starts in `[start, end)` gives `creditsPerCycle`. */
export interface PaidInterval {
  /** Stripe's invoice, or an operator's reference. */
  readonly paymentId: string;
  readonly plan: PlanId;
  readonly start: Instant;
  readonly end: Instant;
  readonly creditsPerCycle: Credits;
  /** What was paid for the whole interval. */
  readonly paid: Money;
  readonly paidAt: Instant;
  /** True for a first payment and for an upgrade's: `start` is a new anchor. */
  readonly beginsEra: boolean;
}

/** The time from one anchor to the next. Its number is part of every grant's key, so it never changes. */
export interface Era {
  readonly number: number;
  readonly anchorAt: Instant;
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

/** The era an interval belongs to: the latest whose anchor is not after its start; undefined while that is unknown. */
export function eraOf(interval: PaidInterval, eras: readonly Era[]): Era | undefined {
  return eras.reduce<Era | undefined>((latest, era) => {
    const fits = era.anchorAt <= interval.start && (latest === undefined || latest.anchorAt < era.anchorAt);
    return fits ? era : latest;
  }, undefined);
}

/** The cycles of an era that an interval pays for, in order: those whose start lies in `[start, end)`. */
export function paidCycles(interval: PaidInterval, era: Era): readonly PaidCycle[] {
  const containing = cycleIndexAt(era.anchorAt, interval.start);
  const first = cycleStart(era.anchorAt, containing) === interval.start ? containing : containing + 1;
  const indices: number[] = [];
  for (let index = first; cycleStart(era.anchorAt, index) < interval.end; index += 1) indices.push(index);
  return indices.map((cycle, position) => ({
    era: era.number,
    cycle,
    period: cyclePeriod(era.anchorAt, cycle),
    interval,
    cost: shareOf(interval.paid, position, indices.length),
  }));
}

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
