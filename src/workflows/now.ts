import { instantOf, type Instant } from '../domain/instants';

/** The workflow's clock: the time of the current task, the same at every replay. */
export function now(): Instant {
  return instantOf(Date.now());
}
