import { userInfo } from 'node:os';
import { dropEvent } from '../../activities/payments/drop-event';
import { epochMsOf, type Instant } from '../../domain/instants';
import { workflowIdOf } from '../../domain/keys';
import { createLogger } from '../../platform/logger';
import type { TemporalUi } from '../../platform/temporal-ui';
import { listDroppedStripeEvents, listWaitingStripeEvents, type InboxEvent } from '../../store/stripe-events';
import { parseArgument, parseOptions, UsageError } from './command';
import { findSurroundings, withDatabase } from './surroundings';

/** The command `inbox`: lists the events of Stripe that were not processed; `drop` drops one of them. */
export function runInbox([verb, ...args]: readonly string[]): Promise<number> {
  return verb === 'drop' ? drop(args) : list([...(verb === undefined ? [] : [verb]), ...args]);
}

/** Lists the events that wait, oldest first, with the reason; with `--all` the dropped ones too. */
async function list(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, { all: { type: 'boolean' }, json: { type: 'boolean' } });
  const surroundings = findSurroundings();
  const now = await surroundings.clock().now();
  const { waiting, dropped } = await withDatabase(surroundings.databaseUrl(), async (db) => ({
    waiting: await listWaitingStripeEvents(db),
    dropped: values.all === true ? await listDroppedStripeEvents(db) : [],
  }));
  const ui = surroundings.temporalUi();
  if (values.json === true) {
    console.log(JSON.stringify({ checkedAt: now, waiting, dropped }));
    return 0;
  }
  for (const event of waiting) printWaiting(event, now, ui);
  for (const event of dropped) printDropped(event);
  console.log(waiting.length === 0 ? 'Every event is processed.' : `${countOf(waiting)} not processed yet.`);
  if (values.all === true) console.log(`${countOf(dropped)} dropped.`);
  return 0;
}

/** Drops an event, so that it is not retried any more, and records who did so and why. */
async function drop(args: readonly string[]): Promise<number> {
  const { argument: eventId, values } = parseArgument(
    args,
    { reason: { type: 'string' }, by: { type: 'string' } },
    'event id (evt_…)',
  );
  const reason = values.reason?.trim() ?? '';
  const by = values.by?.trim() ?? userInfo().username;
  if (reason === '') throw new UsageError('inbox drop needs --reason: why the event can never be processed.');
  if (by === '') throw new UsageError('inbox drop needs a name in --by.');
  const surroundings = findSurroundings();
  const logger = createLogger({ name: 'cli', level: 'silent' });
  const at = await surroundings.clock().now();
  const outcome = await withDatabase(surroundings.databaseUrl(), (db) =>
    dropEvent({ db, logger }, eventId, { at, by, reason }),
  );
  console.log(
    outcome.did === 'dropped'
      ? `${eventId} is dropped: it is not retried any more, and its alarm has ended.`
      : `Nothing to do: ${eventId} was dropped by ${outcome.by} at ${outcome.at}: ${outcome.reason}`,
  );
  return 0;
}

function printWaiting(event: InboxEvent, now: Instant, ui: TemporalUi | undefined): void {
  const { eventId, receivedAt, attempts, lastError, subscriptionId, orderId } = event;
  const tried =
    attempts === 0 ? 'not retried yet' : `retried ${String(attempts)} time${attempts === 1 ? '' : 's'}`;
  console.log(`${eventId}  ${aboutOf(event)}, received ${ageOf(receivedAt, now)} ago, ${tried}`);
  console.log(`     ${lastError ?? 'its workflow was told, and has not confirmed it yet'}`);
  const workflowId = workflowIdOf(subscriptionId ?? orderId ?? '');
  if (ui !== undefined && workflowId !== undefined) console.log(`     ${ui.workflow(workflowId)}`);
}

function printDropped(event: InboxEvent): void {
  const { dropped, eventId } = event;
  if (dropped === null) return;
  console.log(`${eventId}  ${aboutOf(event)}, dropped by ${dropped.by} at ${dropped.at}: ${dropped.reason}`);
}

function aboutOf({ type, objectId }: InboxEvent): string {
  return `${type} of ${objectId ?? 'nothing'}`;
}

function countOf(events: readonly InboxEvent[]): string {
  return events.length === 1 ? '1 event is' : `${String(events.length)} events are`;
}

/** In the largest unit of which there is at least one. */
function ageOf(since: Instant, now: Instant): string {
  const seconds = Math.max(0, Math.floor((epochMsOf(now) - epochMsOf(since)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['second', 1];
  const count = Math.floor(seconds / size);
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
