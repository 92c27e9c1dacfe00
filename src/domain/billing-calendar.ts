import { epochMsOf, instantOf, type Instant, type Period } from './instants';

/**
 * The start of cycle `index` of an anchor: the anchor plus that many months, its day clamped to the month's end,
 * in UTC. Always computed from the anchor and never from the previous date, so that 31 January gives 28 February
 * and then 31 March again (Stripe's rule: https://docs.stripe.com/billing/subscriptions/billing-cycle.md).
 */
export function cycleStart(anchorAt: Instant, index: number): Instant {
  const anchor = new Date(epochMsOf(anchorAt));
  const month = anchor.getUTCMonth() + index;
  const lastDay = new Date(Date.UTC(anchor.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(anchor.getUTCDate(), lastDay);
  const midnight = Date.UTC(anchor.getUTCFullYear(), month, day);
  return instantOf(midnight + (((epochMsOf(anchorAt) % 86_400_000) + 86_400_000) % 86_400_000));
}

/** The half-open period of cycle `index`. */
export function cyclePeriod(anchorAt: Instant, index: number): Period {
  return { start: cycleStart(anchorAt, index), end: cycleStart(anchorAt, index + 1) };
}

/** The index of the cycle that `at` lies in; negative before the anchor. */
export function cycleIndexAt(anchorAt: Instant, at: Instant): number {
  const anchor = new Date(epochMsOf(anchorAt));
  const moment = new Date(epochMsOf(at));
  const months =
    (moment.getUTCFullYear() - anchor.getUTCFullYear()) * 12 + moment.getUTCMonth() - anchor.getUTCMonth();
  return cycleStart(anchorAt, months) <= at ? months : months - 1;
}
