import type { Instant } from '../domain/instants';
import { processedEventRecord, writeRecords } from '../store/records';
import type { ActivityDeps } from './deps';

/** Marks events as done that have no effect: they name nothing of ours, or say nothing new. */
export async function acknowledgeEvents(
  deps: ActivityDeps,
  { eventIds, at }: { eventIds: readonly string[]; at: Instant },
): Promise<void> {
  await writeRecords(
    deps.db,
    eventIds.map((eventId) => processedEventRecord(eventId, at)),
  );
}
