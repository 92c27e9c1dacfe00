import { instantOf, type Instant } from '../domain/instants';

/** The one source of time for whatever decides; asynchronous because in the sandbox the time is another server's. */
export interface Clock {
  now(): Promise<Instant>;
}

/** Wall time. */
export const systemClock: Clock = { now: () => Promise.resolve(instantOf(Date.now())) };
