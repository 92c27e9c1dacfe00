import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import type { Chore, ChoreDeps } from './chore';

/** Hears of each chore that failed. */
export type ReportFailure = (error: unknown, chore: string) => void;

/**
 * Makes the function that runs every chore that is due by an instant, one after the other, and answers when the next one is; null:
 * when something happens. For a clock that waits meanwhile, so a chore that fails is no reason to go on: it is reported, the
 * others are run, and then the call throws. Calling again runs it again.
 */
export function createCarryOutDue(
  chores: readonly Chore[],
  deps: ChoreDeps,
  report: ReportFailure,
): (now: Instant) => Promise<Instant | null> {
  const lastRuns = new Map<Chore, Instant>();

  async function carryOut(chore: Chore, now: Instant): Promise<Instant | null> {
    const ranAt = lastRuns.get(chore) ?? null;
    const dueAt = await chore.nextDueAt(deps, { now, ranAt });
    if (dueAt === null || dueAt > now) return dueAt;
    await chore.run(deps, now);
    lastRuns.set(chore, now);
    const nextDueAt = await chore.nextDueAt(deps, { now, ranAt: now });
    const isStillDue = nextDueAt !== null && nextDueAt <= now;
    return isStillDue ? instantOf(epochMsOf(now) + chore.pauseMs) : nextDueAt;
  }

  return async (now) => {
    const nexts: Instant[] = [];
    const failed: string[] = [];
    let firstError: unknown;
    for (const chore of chores) {
      try {
        const next = await carryOut(chore, now);
        if (next !== null) nexts.push(next);
      } catch (error) {
        report(error, chore.name);
        if (failed.push(chore.name) === 1) firstError = error;
      }
    }
    if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`, { cause: firstError });
    return nexts.sort()[0] ?? null;
  };
}
