declare const creditsBrand: unique symbol;

/** A whole, non-negative number of credits that JSON and Postgres bigint both carry exactly (below 2^53). */
export type Credits = number & { readonly [creditsBrand]: true };

/**
 * Turns a number into credits.
 * Throws a RangeError for fractions, negative numbers and what doubles cannot carry exactly: a wrong number
 * of credits is a bug of the caller, outside input is checked by the schemas of the API.
 */
export function credits(value: number): Credits {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`not a number of credits: ${String(value)}`);
  }
  return value as Credits;
}
