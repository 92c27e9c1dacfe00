import type { AlarmCause } from '../../domain/alarms';
import type { Instant } from '../../domain/instants';
import { workflowIdOf } from '../../domain/keys';
import type { InboxEvent } from '../../store/stripe-events';
import { ring } from '../alarms';
import type { ActivityDeps } from '../deps';

/** Says why an event is not processed, and what to do about it. */
export function wordsOfUnread({ eventId, type, objectId, receivedAt, lastError }: InboxEvent) {
  return {
    problem: `event ${eventId} (${type} of ${objectId ?? 'nothing'}) was received at ${receivedAt} and could not be processed: ${lastError ?? 'its workflow has not confirmed it yet'}`,
    todo: `Look the object up at Stripe. The event is retried automatically, at least every hour. If it can never be processed, drop it: \`npx scrip inbox drop ${eventId} --reason "why"\`.`,
  };
}

/** The workflow of the subscription or order that an event names; null when it names none. */
export function workflowOfEvent({ subscriptionId, orderId }: InboxEvent): string | null {
  return workflowIdOf(subscriptionId ?? orderId ?? '') ?? null;
}

/** Raises an alarm about an event, at once. */
export async function callForEvent(
  deps: Pick<ActivityDeps, 'db' | 'logger'>,
  event: InboxEvent,
  at: Instant,
): Promise<void> {
  const { problem, todo } = wordsOfUnread(event);
  const cause: AlarmCause = {
    kind: 'unread_event',
    subject: event.eventId,
    customerId: null,
    workflowId: workflowOfEvent(event),
    todo: `E${problem.slice(1)}. ${todo}`,
  };
  await ring(deps, cause, at);
}
