import type { Instant, Period } from './instants';

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** Where the time of day begins in the text of an instant. */
const TIME_FROM = 10;

/**
 * The start of cycle `index` of an anchor: the anchor plus that many months, its day clamped to the month's end,
 * in UTC. Always computed from the anchor and never from the previous date, so that 31 January gives 28 February
 * and then 31 March again (Stripe's rule: https://docs.stripe.com/billing/subscriptions/billing-cycle.md).
 * Works on the text of the instant, whose time of day stays as it is: this is the most frequent calculation of all.
 */
export function cycleStart(anchorAt: Instant, index: number): Instant {
  const months = monthsOf(anchorAt) + index;
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const date = `${String(year)}-${twoDigits(month + 1)}-${twoDigits(dayIn(anchorAt, months))}`;
  return (date + anchorAt.slice(TIME_FROM)) as Instant;
}

/** The half-open period of cycle `index`. */
export function cyclePeriod(anchorAt: Instant, index: number): Period {
  return { start: cycleStart(anchorAt, index), end: cycleStart(anchorAt, index + 1) };
}

/** The index of the cycle that `at` lies in; negative before the anchor. */
export function cycleIndexAt(anchorAt: Instant, at: Instant): number {
  const months = monthsOf(at);
  const days = digits(at, 8, 10) - dayIn(anchorAt, months);
  const hasBegun = days === 0 ? at.slice(TIME_FROM) >= anchorAt.slice(TIME_FROM) : days > 0;
  return months - monthsOf(anchorAt) - (hasBegun ? 0 : 1);
}

/** Counted from the year 0. */
function monthsOf(instant: Instant): number {
  return digits(instant, 0, 4) * 12 + digits(instant, 5, 7) - 1;
}

/** The anchor's day in a month that is counted from the year 0, clamped to its end. */
function dayIn(anchorAt: Instant, months: number): number {
  const day = digits(anchorAt, 8, 10);
  if (day <= 28) return day;
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return Math.min(day, month === 1 && isLeap ? 29 : (DAYS_IN_MONTH[month] ?? 31));
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value);
}
