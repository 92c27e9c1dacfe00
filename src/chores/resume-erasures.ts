import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import { askTemporal } from '../platform/ask-temporal';
import { findFirstErasing, listErasing } from '../store/customers';
import { ERASURE_WORKFLOW, erasureStart } from '../workflows/erasures/messages';
import type { Chore } from './chore';

/** Whoever asked for it has it at work by then. */
const AGE_MS = 60_000;
/** One that is still not ended may be waiting for something that runs. */
const AGAIN_MS = 3_600_000;

/**
 * Takes up every erasure that has begun and has not ended, should its workflow be gone; one that runs is left alone. Those, too,
 * of customers who were deleted when deleting ended nothing.
 */
export const resumeErasures: Chore = {
  name: 'resume erasures',
  nextDueAt: async ({ db }, { ranAt }) => {
    const first = await findFirstErasing(db);
    if (first === null) return null;
    const firstDueAt = shift(first, AGE_MS);
    const againAt = ranAt === null ? null : shift(ranAt, AGAIN_MS);
    return againAt !== null && againAt > firstDueAt ? againAt : firstDueAt;
  },
  run: async ({ db, temporal }, now) => {
    for (const customerId of await listErasing(db, shift(now, -AGE_MS))) {
      const start = erasureStart({ customerId, isBegun: true });
      await askTemporal(temporal, () => temporal.workflow.start(ERASURE_WORKFLOW, start));
    }
  },
  pauseMs: 60_000,
};

function shift(instant: Instant, ms: number): Instant {
  return instantOf(epochMsOf(instant) + ms);
}
