import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { PaymentEvent } from '../payments/payments';

interface StripeEventRow {
  event_id: string;
  type: string;
  object_id: string | null;
  api_version: string | null;
  livemode: boolean;
  created_at: Instant;
  /** Not what Stripe sent: that names people. */
  payload: PaymentEvent;
  received_at: Instant;
  processed_at: Instant | null;
  attempts: number;
  last_error: string | null;
}

/**
 * Puts an event into the inbox; durable when it returns. Answers false when it was there already.
 * Being received and being processed are different facts: `processed_at` is set in the transaction of the effect.
 */
export async function receiveStripeEvent(
  db: Knex,
  event: PaymentEvent,
  receivedAt: Instant,
): Promise<boolean> {
  const inserted = await db('app.stripe_events')
    .insert({
      event_id: event.eventId,
      type: event.type,
      object_id: event.objectId,
      api_version: event.apiVersion,
      livemode: event.livemode,
      created_at: event.createdAt,
      payload: JSON.stringify(event),
      received_at: receivedAt,
    })
    .onConflict('event_id')
    .ignore()
    .returning('event_id');
  return inserted.length > 0;
}

const NEXT_TRY_AT = `received_at
  + least(power(2, least(attempts, 20)) - 1, 360 * greatest(attempts - 8, 1)) * interval '10 seconds'`;

/**
 * Events received before the instant and not processed yet, oldest first. One that was tried in vain comes back ever
 * later: 10 s after its receipt, then 20, 40, at most an hour between two tries, so that it does not crowd out the others.
 */
export async function listUnprocessedStripeEvents(
  db: Knex,
  before: Instant,
  limit: number,
): Promise<PaymentEvent[]> {
  const rows = await db<StripeEventRow>('app.stripe_events')
    .select('payload')
    .whereNull('processed_at')
    .whereRaw(`${NEXT_TRY_AT} < ?`, [before])
    .orderBy('attempts')
    .orderBy('received_at')
    .limit(limit);
  return rows.map((row) => row.payload);
}

/** The events that were received before an instant and are still not taken in, oldest first; at most a thousand. */
export async function listStuckStripeEvents(
  db: Knex,
  receivedBefore: Instant,
): Promise<
  readonly {
    readonly eventId: string;
    readonly type: string;
    readonly objectId: string | null;
    readonly receivedAt: Instant;
    readonly lastError: string | null;
  }[]
> {
  const rows = await db<StripeEventRow>('app.stripe_events')
    .whereNull('processed_at')
    .where('received_at', '<', receivedBefore)
    .orderBy('received_at')
    .limit(1_000);
  return rows.map((row) => ({
    eventId: row.event_id,
    type: row.type,
    objectId: row.object_id,
    receivedAt: row.received_at,
    lastError: row.last_error,
  }));
}

/** Before which instant `listUnprocessedStripeEvents` has nothing to list; null when all events are processed. */
export async function findNextStripeEventTry(db: Knex): Promise<Instant | null> {
  const row = await db('app.stripe_events')
    .whereNull('processed_at')
    .first<{ at: Instant | null }>(db.raw(`min(${NEXT_TRY_AT}) AS at`));
  return row.at;
}

/** Marks an event as done that has no effect of its own. */
export async function markStripeEventProcessed(db: Knex, eventId: string, at: Instant): Promise<void> {
  await db('app.stripe_events')
    .where({ event_id: eventId })
    .whereNull('processed_at')
    .update({ processed_at: at });
}

/** Notes that an event was tried and why it is not done yet. */
export async function noteStripeEventAttempt(db: Knex, eventId: string, error: string | null): Promise<void> {
  await db('app.stripe_events')
    .where({ event_id: eventId })
    .whereNull('processed_at')
    .update({ attempts: db.raw('attempts + 1'), last_error: error });
}
