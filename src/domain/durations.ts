import { cycleStart } from './billing-calendar';
import { epochMsOf, instantOf, type Instant } from './instants';

declare const durationBrand: unique symbol;

/** An ISO 8601 duration of at most a hundred years, without fractions of anything but seconds: `P1M`, `P1Y2M10DT2H30M`. */
export type Duration = string & { readonly [durationBrand]: true };

const DURATION =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/** Nobody waits longer, and every instant after it can still be written down. */
const MONTHS_MAX = 1_200;
const MS_MAX = 100 * 366 * 86_400_000;

/** Parses a duration; undefined when the text is none, or one of more than a hundred years. */
export function parseDuration(text: string): Duration | undefined {
  return partsOf(text) === undefined ? undefined : (text as Duration);
}

/**
 * The instant that lies a duration after another: first years and months, the day clamped to the month's end, then the rest
 * as fixed lengths.
 */
export function plus(at: Instant, duration: Duration): Instant {
  const parts = partsOf(duration);
  if (parts === undefined) throw new RangeError(`not a duration: ${duration}`);
  return instantOf(epochMsOf(cycleStart(at, parts.months)) + parts.ms);
}

function partsOf(text: string): { readonly months: number; readonly ms: number } | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const allMonths = years * 12 + months;
  const ms =
    (weeks * 7 + days) * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + Math.round(seconds * 1000);
  return allMonths > MONTHS_MAX || ms > MS_MAX ? undefined : { months: allMonths, ms };
}
