import { epochMsOf, instantOf } from '../domain/instants';
import { askTemporal } from '../platform/ask-temporal';
import { listErasing } from '../store/customers';
import { ERASURE_WORKFLOW, erasureStart } from '../workflows/erasures/messages';
import type { ActivityDeps } from '../activities/deps';

/** Whoever asked for it has it at work by then. */
const AGE_MS = 60_000;

/**
 * Takes up every erasure that has begun and has not ended, should its workflow be gone; one that runs is left alone. Those, too,
 * of customers who were deleted when deleting ended nothing.
 */
export async function resumeErasures({
  db,
  temporal,
  clock,
}: Pick<ActivityDeps, 'db' | 'temporal' | 'clock'>): Promise<void> {
  const before = instantOf(epochMsOf(await clock.now()) - AGE_MS);
  for (const customerId of await listErasing(db, before)) {
    const start = erasureStart({ customerId, isBegun: true });
    await askTemporal(temporal, () => temporal.workflow.start(ERASURE_WORKFLOW, start));
  }
}
