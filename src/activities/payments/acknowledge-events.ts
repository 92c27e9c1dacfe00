import type { Instant } from '../../domain/instants';
import { processedEventRecord } from '../../store/stripe-events';
import { writeRecords } from '../../store/write-records';
import type { PaymentHint } from '../../workflows/payments/messages';
import type { ActivityDeps } from '../deps';

/** Marks events as done that have no effect, or whose effect is done. */
export async function acknowledgeEvents(
  deps: ActivityDeps,
  { facts, at }: { facts: readonly PaymentHint[]; at: Instant },
): Promise<void> {
  const eventIds = [...new Set(facts.map(({ eventId }) => eventId))];
  await writeRecords(
    deps.db,
    eventIds.map((eventId) => processedEventRecord(eventId, at)),
  );
}
