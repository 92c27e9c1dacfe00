/** 256 units in the last place: what the roundings of a formula can come to, and far below what anybody prices. */
const TOLERANCE = 2 ** -44;

/**
 * The whole number that a result means: 0.1 * 30 is 3.0000000000000004 in doubles, and 3 for whoever wrote it. A number that is
 * further than rounding errors from any whole number is answered as it is.
 */
export function withoutRoundingError(value: number): number {
  const nearest = Math.round(value);
  // Adding 0 makes 0 of -0.
  return Math.abs(value - nearest) <= Math.max(1, Math.abs(nearest)) * TOLERANCE ? nearest + 0 : value;
}
