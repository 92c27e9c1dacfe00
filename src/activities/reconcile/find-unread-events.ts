import { epochMsOf, instantOf } from '../../domain/instants';
import { listStuckStripeEvents } from '../../store/stripe-events';
import { wordsOfUnread, workflowOfEvent } from './call-for-event';
import { callPerson, type Inquirer } from './inquirer';

/** What passes by itself has passed by then: a lost connection, a Stripe that is down. */
const STUCK_AFTER_MS = 86_400_000;

/**
 * Events that were received and could not be taken in for a day, and those that name something of ours that is not here,
 * however new: they are tried on, and somebody is called.
 */
export async function findUnreadEvents(inquirer: Inquirer): Promise<void> {
  const before = instantOf(epochMsOf(inquirer.at) - STUCK_AFTER_MS);
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
