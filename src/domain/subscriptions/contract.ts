import { cycleStart } from '../billing-calendar';
import type { Interval, Money, Plan } from '../catalog/catalog';
import type { Credits } from '../credits';
import { DomainError } from '../errors';
import type { Instant } from '../instants';

/** The terms agreed with a customer of a plan that is sold by contract. Kept in the subscription's state. */
export interface Contract {
  readonly contractId: string;
  /** Granted every month. */
  readonly credits: Credits;
  /** For a whole interval. */
  readonly price: Money;
  readonly interval: Interval;
  /** Counted from the first payment; the subscription ends with it. */
  readonly termMonths: number;
}

/** How many monthly cycles one payment of an interval covers. */
export const CYCLES_PER_INTERVAL: Readonly<Record<Interval, number>> = { month: 1, year: 12 };

/** How many monthly cycles ahead may be given as paid for: ten years; more is taken for a typing error. */
export const CYCLES_AHEAD_MAX = 120;

/**
 * Checks an agreement against the plan that it is for. Throws `DomainError('invalid_request')` when the plan is not sold by
 * contract or grants more at least, when its term is not a whole number of intervals, or when money or months are not whole
 * and positive.
 */
export function assertContract(contract: Contract, { id, sold, minimumCredits }: Plan): void {
  const { credits, price, termMonths, interval } = contract;
  const faults = [
    sold === 'contract' ? null : `the plan ${id} is not sold by contract`,
    credits >= (minimumCredits ?? 0)
      ? null
      : `a contract for ${id} grants at least ${String(minimumCredits)} credits a month`,
    Number.isSafeInteger(price.amountMinor) && price.amountMinor > 0
      ? null
      : 'the amount is whole and positive',
    Number.isSafeInteger(termMonths) && termMonths > 0 && termMonths % CYCLES_PER_INTERVAL[interval] === 0
      ? null
      : `the term is a whole number of intervals of a ${interval}`,
  ].filter((fault) => fault !== null);
  if (faults.length > 0)
    throw new DomainError('invalid_request', `Not a contract: ${faults.join('; ')}.`, { faults });
}

/** The end of the term of a contract that was first paid at `anchorAt`. */
export function termEnd(contract: Contract, anchorAt: Instant): Instant {
  return cycleStart(anchorAt, contract.termMonths);
}
