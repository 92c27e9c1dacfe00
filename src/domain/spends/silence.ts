import { plus, type Duration } from '../durations';
import { epochMsOf, type Instant } from '../instants';

/** Whether the API could be reached: since when without a break, and when it was last seen. */
export interface Presence {
  readonly upSince: Instant;
  readonly seenAt: Instant;
}

/** An API that was not seen for longer is away: nothing can be heard of any work. */
export const ABSENCE_MS_MIN = 6_000;

/** When external work was begun and last heard of. */
export interface Heard {
  readonly createdAt: Instant;
  readonly heardAt: Instant | null;
  readonly silence: Duration | null;
}

/**
 * The instant at which work counts as silent, if nothing is heard of it before; null: only its deadline ends it. Silence counts from
 * when the work was last heard of, from the return of the API after an outage, and while the API is away from now. Without a
 * presence, as in the sandbox, where time is not real, outages do not count.
 */
export function silentAt(
  { createdAt, heardAt, silence }: Heard,
  presence: Presence | undefined,
  at: Instant,
): Instant | null {
  if (silence === null) return null;
  const known = [createdAt, heardAt, presence?.upSince, isAway(presence, at) ? at : null];
  const last = known.reduce<Instant>((latest, next) => laterOf(latest, next ?? latest), createdAt);
  return plus(last, silence);
}

/** Whether the presence has a gap between what was last seen and an instant. */
export function isAway(presence: Presence | undefined, at: Instant): boolean {
  return presence !== undefined && epochMsOf(at) - epochMsOf(presence.seenAt) > ABSENCE_MS_MIN;
}

function laterOf(one: Instant, other: Instant): Instant {
  return epochMsOf(other) > epochMsOf(one) ? other : one;
}
