import { DomainError } from '../domain/errors';
import { epochMsOf, instantOf, type Instant } from '../domain/instants';

/** The requested time of a report, half-open: `[from, to)`. The report covers every month that it touches. */
export interface ReportRange {
  /** Undefined: from the first month of the ledger. */
  readonly from?: Instant | undefined;
  /** Undefined: up to the last month of the ledger. */
  readonly to?: Instant | undefined;
}

/** A calendar month in UTC, `2026-01`. Sorts as text. */
export type Month = string;

/** A century. */
const MONTHS_MAX = 1_200;

/**
 * The months of a report, in order and without gaps, including months without movements. `moved` are the months with
 * movements, sorted. Throws `invalid_request` for more than a century.
 */
export function monthsOf(range: ReportRange, moved: readonly Month[]): readonly Month[] {
  const first = range.from === undefined ? moved[0] : monthOf(range.from);
  const last = range.to === undefined ? moved.at(-1) : monthOf(instantOf(epochMsOf(range.to) - 1));
  const months: Month[] = [];
  for (let month = first; month !== undefined && last !== undefined && month <= last; month = after(month)) {
    if (months.length === MONTHS_MAX) {
      throw new DomainError('invalid_request', 'A report covers at most a hundred years.');
    }
    months.push(month);
  }
  return months;
}

function monthOf(instant: Instant): Month {
  return instant.slice(0, 7);
}

function after(month: Month): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return monthOf(instantOf(Date.UTC(year, number)));
}
