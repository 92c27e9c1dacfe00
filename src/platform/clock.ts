import { instantOf, type Instant } from '../domain/instants';

/** The one source of time for whatever decides; asynchronous because in the sandbox the time is another server's. */
export interface Clock {
  now(): Promise<Instant>;
}

/** Wall time. */
export const systemClock: Clock = { now: () => Promise.resolve(wallInstant()) };

/** Wall time, at once: for what is signed and checked on it, never for what decides. */
export function wallInstant(): Instant {
  return instantOf(Date.now());
}
