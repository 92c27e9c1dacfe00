import { z } from 'zod';
import { instantOf, parseInstant, type Instant } from '../domain/instants';

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

/**
 * The clock of the process: wall time, or in the sandbox the time that its controller tells, the same for everybody
 * (`GET {sandboxUrl}/clock` answers `{now}`). Throws when that cannot be asked.
 */
export function createClock({ sandboxUrl }: { readonly sandboxUrl: string | undefined }): Clock {
  if (sandboxUrl === undefined) return systemClock;
  return {
    async now() {
      const response = await fetch(`${sandboxUrl}/clock`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const now = parseInstant(answerSchema.parse(await response.json()).now);
      if (now === undefined) throw new Error("The sandbox's clock does not tell the time");
      return now;
    },
  };
}

const ANSWER_MS = 10_000;
const answerSchema = z.object({ now: z.string() });
