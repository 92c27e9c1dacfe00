import { cycleStart } from '../../src/domain/billing-calendar';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';

const DURATION =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/** Nobody plays longer, and every instant after it can still be written down. */
const MONTHS_MAX = 1_200;
const MS_MAX = 100 * 366 * 86_400_000;

/**
 * The instant that lies an ISO 8601 duration (`P1M`, `P1Y2M10DT2H30M`) after another: first years and months, the day
 * clamped to the month's end, then the rest as fixed lengths. Undefined when the text is no duration, or one of more than
 * a hundred years.
 */
export function addDuration(at: Instant, duration: string): Instant | undefined {
  const match = DURATION.exec(duration);
  if (match === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const allMonths = years * 12 + months;
  const rest =
    (weeks * 7 + days) * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + Math.round(seconds * 1000);
  if (allMonths > MONTHS_MAX || rest > MS_MAX) return undefined;
  return instantOf(epochMsOf(cycleStart(at, allMonths)) + rest);
}
