import { createCarryOutDue, type ReportFailure } from '../../src/chores/carry-out-due';
import type { ChoreDeps } from '../../src/chores/chore';
import { TIMETABLE } from '../../src/chores/timetable';
import type { Instant } from '../../src/domain/instants';
import type { StripeSimulator } from '../stripe-simulator/simulator';

/**
 * Carries out what is due outside of the workflows, and answers when more will be: first what happens at Stripe, with its webhooks,
 * then the timetable that the worker has too. Throws when any of it fails, for then the clock must not go on.
 */
export function createSandboxDue(
  simulator: StripeSimulator,
  deps: ChoreDeps,
  report: ReportFailure,
): (now: Instant) => Promise<Instant | null> {
  const carryOutDue = createCarryOutDue(
    TIMETABLE,
    { ...deps, firstChangeAtStripe: simulator.firstEventSince },
    report,
  );
  return async (now) => {
    const nexts = [await simulator.carryOutDue(now), await carryOutDue(now)];
    return nexts.filter((next) => next !== null).sort()[0] ?? null;
  };
}
