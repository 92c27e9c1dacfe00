import { wordsOfUnread, workflowOfEvent } from '../../activities/payments/call-for-event';
import { plusMs } from '../../domain/instants';
import { listStuckStripeEvents } from '../../store/stripe-events';
import { callPerson, type Inquirer } from './inquirer';

/** Whatever passes by itself has passed by then: a lost connection, an outage of Stripe. */
const STUCK_AFTER_MS = 86_400_000;

/**
 * Raises an alarm about each event that could not be processed for a day, or that names something of ours that does not exist
 * here, however new it is. The events are still retried.
 */
export async function findUnreadEvents(inquirer: Inquirer): Promise<void> {
  const before = plusMs(inquirer.at, -STUCK_AFTER_MS);
  for (const event of await listStuckStripeEvents(inquirer.deps.db, before)) {
    await callPerson(inquirer, {
      kind: 'event',
      id: event.eventId,
      customerId: null,
      alarm: 'unread_event',
      workflowId: workflowOfEvent(event),
      ...wordsOfUnread(event),
    });
  }
}
