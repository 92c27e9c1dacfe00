declare const creditsBrand: unique symbol;

/** A whole, non-negative number of credits that JSON and Postgres bigint both carry exactly (below 2^53). */
export type Credits = number & { readonly [creditsBrand]: true };

/**
 * Turns a number into credits.
 * Throws a RangeError for fractions, negative numbers and numbers that a double cannot represent exactly: a wrong number
 * here is a bug of the caller, since the API's schemas check outside input.
 */
export function credits(value: number): Credits {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`not a number of credits: ${String(value)}`);
  }
  return value as Credits;
}
