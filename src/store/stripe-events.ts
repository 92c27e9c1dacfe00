import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { StoreRecord } from '../ledger/commands';
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
  leads_nowhere: boolean;
  dropped_at: Instant | null;
  dropped_by: string | null;
  dropped_reason: string | null;
}

/** An event in the inbox. */
export interface InboxEvent {
  readonly eventId: string;
  readonly type: string;
  readonly objectId: string | null;
  readonly receivedAt: Instant;
  readonly attempts: number;
  /** Why it could not be processed when last tried; null: it was not tried yet, or its workflow was told. */
  readonly lastError: string | null;
  /** The subscription that the event itself names; null where it names none. */
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
  /** Who dropped it, when and why; null: it is still retried. */
  readonly dropped: { readonly at: Instant; readonly by: string; readonly reason: string } | null;
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
  const rows = await waiting(db)
    .select('payload')
    .whereRaw(`${NEXT_TRY_AT} < ?`, [before])
    .orderBy('attempts')
    .orderBy('received_at')
    .limit(limit);
  return rows.map((row) => row.payload);
}

/** The events that wait to be processed, oldest first; at most a thousand. */
export async function listWaitingStripeEvents(db: Knex): Promise<readonly InboxEvent[]> {
  const rows = await waiting(db).orderBy('received_at').limit(1_000);
  return rows.map(inboxEventOf);
}

/**
 * The waiting events that were received before an instant, or that name something of ours that does not exist here; oldest first,
 * at most a thousand.
 */
export async function listStuckStripeEvents(
  db: Knex,
  receivedBefore: Instant,
): Promise<readonly InboxEvent[]> {
  const rows = await waiting(db)
    .where((either) => either.where('received_at', '<', receivedBefore).orWhere('leads_nowhere', true))
    .orderBy('received_at')
    .limit(1_000);
  return rows.map(inboxEventOf);
}

/** The events that an operator has dropped, the latest first; at most a thousand. */
export async function listDroppedStripeEvents(db: Knex): Promise<readonly InboxEvent[]> {
  const rows = await db<StripeEventRow>('app.stripe_events')
    .whereNotNull('dropped_at')
    .orderBy('dropped_at', 'desc')
    .limit(1_000);
  return rows.map(inboxEventOf);
}

/** The event with an id; undefined when it was never received. `processedAt` null: it is not processed. */
export async function findStripeEvent(
  db: Knex,
  eventId: string,
): Promise<(InboxEvent & { readonly processedAt: Instant | null }) | undefined> {
  const row = await db<StripeEventRow>('app.stripe_events').where({ event_id: eventId }).first();
  return row === undefined ? undefined : { ...inboxEventOf(row), processedAt: row.processed_at };
}

/** Drops an event, so that it is not retried. Answers false when it is already processed or dropped. */
export async function dropStripeEvent(
  db: Knex,
  eventId: string,
  { at, by, reason }: NonNullable<InboxEvent['dropped']>,
): Promise<boolean> {
  const dropped = await waiting(db)
    .where({ event_id: eventId })
    .update({ dropped_at: at, dropped_by: by, dropped_reason: reason });
  return dropped > 0;
}

/** The events that are neither processed nor dropped. */
function waiting(db: Knex) {
  return db<StripeEventRow>('app.stripe_events').whereNull('processed_at').whereNull('dropped_at');
}

function inboxEventOf(row: StripeEventRow): InboxEvent {
  const { dropped_at: at, dropped_by: by, dropped_reason: reason } = row;
  return {
    eventId: row.event_id,
    type: row.type,
    objectId: row.object_id,
    receivedAt: row.received_at,
    attempts: row.attempts,
    lastError: row.last_error,
    subscriptionId: row.payload.subscriptionId,
    orderId: row.payload.orderId,
    dropped: at === null || by === null || reason === null ? null : { at, by, reason },
  };
}

/** The instant of the next retry; null when no event waits. */
export async function findNextStripeEventTry(db: Knex): Promise<Instant | null> {
  const row = await waiting(db).first<{ at: Instant | null }>(db.raw(`min(${NEXT_TRY_AT}) AS at`));
  return row.at;
}

/** Marks an event as done in the transaction of its effect. */
export function processedEventRecord(eventId: string, processedAt: Instant): StoreRecord {
  return { kind: 'stripe_event_processed', row: { event_id: eventId, processed_at: processedAt } };
}

/** Marks an event as done that has no effect of its own. */
export async function markStripeEventProcessed(db: Knex, eventId: string, at: Instant): Promise<void> {
  await db('app.stripe_events')
    .where({ event_id: eventId })
    .whereNull('processed_at')
    .update({ processed_at: at });
}

/**
 * Notes that an event was tried, and why it is not processed; without a reason the last one stays. `leadsNowhere`: it names
 * something of ours that does not exist here; left out where that was not looked into.
 */
export async function noteStripeEventAttempt(
  db: Knex,
  eventId: string,
  why?: { readonly error: string; readonly leadsNowhere?: boolean },
): Promise<void> {
  await db('app.stripe_events')
    .where({ event_id: eventId })
    .whereNull('processed_at')
    .update({
      attempts: db.raw('attempts + 1'),
      ...(why === undefined ? {} : { last_error: why.error }),
      ...(why?.leadsNowhere === undefined ? {} : { leads_nowhere: why.leadsNowhere }),
    });
}
