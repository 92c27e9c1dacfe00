import { setTimeout as delay } from 'node:timers/promises';
import { epochMsOf, type Instant } from '../domain/instants';
import type { ReportFailure } from './carry-out-due';
import type { Chore, ChoreDeps } from './chore';

/** However soon a chore is due again, so that what is due by then is done in one run. */
const PAUSE_MS_MIN = 1_000;

/**
 * Runs each chore in real time: at once, then whenever it is due, and `pauseMs` after its last run at the latest, until the
 * returned function is called; that one returns when the last runs have ended. Each goes its own way, so one that takes
 * long or fails holds up no other.
 */
export function repeatChores(
  chores: readonly Chore[],
  deps: ChoreDeps,
  report: ReportFailure,
): () => Promise<void> {
  const stop = new AbortController();
  const ended = Promise.all(chores.map((chore) => repeat(chore, deps, { report, signal: stop.signal })));
  return async () => {
    stop.abort();
    await ended;
  };
}

async function repeat(
  chore: Chore,
  deps: ChoreDeps,
  { report, signal }: { readonly report: ReportFailure; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await runOnce(chore, deps).catch((error: unknown) => {
      report(error, chore.name);
      return chore.pauseMs;
    });
    // Rejects when it is cut short, which is how it ends.
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Answers how long to wait for the next run. */
async function runOnce(chore: Chore, deps: ChoreDeps): Promise<number> {
  const now = await deps.clock.now();
  await chore.run(deps, now);
  return pauseUntil(await chore.nextDueAt(deps, { now, ranAt: now }), now, chore.pauseMs);
}

function pauseUntil(nextDueAt: Instant | null, now: Instant, pauseMs: number): number {
  if (nextDueAt === null || nextDueAt <= now) return pauseMs;
  return Math.min(pauseMs, Math.max(PAUSE_MS_MIN, epochMsOf(nextDueAt) - epochMsOf(now)));
}
