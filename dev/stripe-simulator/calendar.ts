import type { Recurring } from './objects/catalog';
import { DAY } from './work';

/*
 * Stripe's billing calendar, written apart from the one in src/domain on purpose: two opinions that must agree show a
 * mistake, one shared function would hide it.
 */

/** The instant (seconds) `count` intervals after the anchor, its day clamped to the end of a shorter month, in UTC. */
export function intervalsAfter(
  anchor: number,
  { interval, intervalCount }: Recurring,
  count: number,
): number {
  const steps = count * intervalCount;
  if (interval === 'day') return anchor + steps * DAY;
  if (interval === 'week') return anchor + steps * 7 * DAY;
  const start = new Date(anchor * 1000);
  const months = interval === 'year' ? steps * 12 : steps;
  const shifted = new Date(start);
  shifted.setUTCDate(1);
  shifted.setUTCMonth(start.getUTCMonth() + months);
  const lastDay = new Date(shifted.getTime());
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  shifted.setUTCDate(Math.min(start.getUTCDate(), lastDay.getUTCDate()));
  return Math.floor(shifted.getTime() / 1000);
}

/** The end of the period that `at` lies in: the first whole number of intervals after the anchor that is later. */
export function periodEnd(anchor: number, recurring: Recurring, at: number): number {
  let count = 1;
  while (intervalsAfter(anchor, recurring, count) <= at) count += 1;
  return intervalsAfter(anchor, recurring, count);
}
