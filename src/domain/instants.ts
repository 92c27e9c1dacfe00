declare const instantBrand: unique symbol;

/** An instant in ISO 8601, UTC, with milliseconds: `2026-01-31T00:00:00.000Z`. Sorts as text. */
export type Instant = string & { readonly [instantBrand]: true };

/** The instant of a number of milliseconds since the epoch. Throws a RangeError when it is none. */
export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString() as Instant;
}

/** Milliseconds since the epoch. */
export function epochMsOf(instant: Instant): number {
  return Date.parse(instant);
}

/** The instant that lies a number of milliseconds after another, or before it. For calendar lengths see `plus` of durations. */
export function plusMs(instant: Instant, ms: number): Instant {
  return instantOf(epochMsOf(instant) + ms);
}

/**
 * Parses any ISO 8601 text with an offset, or a day of UTC; answers undefined when there is no such instant, or none in
 * the years 0001 to 9999 of UTC, which is what text and Postgres both can hold.
 */
export function parseInstant(text: string): Instant | undefined {
  const wellFormed = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const epochMs = wellFormed && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(epochMs)) return undefined;
  const instant = instantOf(epochMs);
  return /^(?!0000)\d{4}-/.test(instant) ? instant : undefined;
}

/** `Date.parse` reads the 30th of February as the 2nd of March. */
function isDay(date: string): boolean {
  const epochMs = Date.parse(date);
  return !Number.isNaN(epochMs) && instantOf(epochMs).startsWith(date);
}

/** A half-open stretch of time `[start, end)`. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}
