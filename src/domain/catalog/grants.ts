import { credits, type Credits } from '../credits';
import { plus } from '../durations';
import { epochMsOf, instantOf, type Instant } from '../instants';
import type { Grant } from './catalog';

/** A grant of a day or a week that is due, and the first day of its day or week. */
export interface DueAllowance {
  readonly grant: Grant;
  /** A date of UTC, like `2026-11-23`; of a week, its Monday. With the grant's id it is the key under which it is given once. */
  readonly day: string;
}

const DAY_MS = 86_400_000;

/** The grants by the day and by the week that hold at an instant: what a command on the wallet writes first, if it is not yet there. */
export function allowancesDue(grants: readonly Grant[], at: Instant): readonly DueAllowance[] {
  return grants.flatMap((grant) =>
    grant.every === 'day' || grant.every === 'week' ? [{ grant, day: firstDayOf(grant.every, at) }] : [],
  );
}

/**
 * What a grant brings when so many credits of its earlier lots are left, free and held: all of it, or as many as reach `upTo`.
 * An allowance is given under its key even when that is none.
 */
export function creditsToBring(grant: Pick<Grant, 'credits' | 'upTo'>, left: number): Credits {
  return grant.upTo === null
    ? grant.credits
    : credits(Math.min(grant.credits, Math.max(0, grant.upTo - left)));
}

/** When the credits of a grant expire that are given at an instant; null: never. */
export function expiryOf(grant: Pick<Grant, 'expires'>, at: Instant): Instant | null {
  return grant.expires === null ? null : plus(at, grant.expires);
}

/** The date of an instant, or of the Monday before it, in UTC. */
function firstDayOf(every: 'day' | 'week', at: Instant): string {
  if (every === 'day') return dateOf(at);
  const epochMs = epochMsOf(at);
  const sinceMonday = (new Date(epochMs).getUTCDay() + 6) % 7;
  return dateOf(instantOf(epochMs - sinceMonday * DAY_MS));
}

function dateOf(at: Instant): string {
  return at.slice(0, 10);
}
