import { epochMsOf, instantOf } from '../../domain/instants';
import { listStuckStripeEvents } from '../../store/stripe-events';
import { callPerson, type Inquirer } from './inquirer';

/** What passes by itself has passed by then: a lost connection, a Stripe that is down. */
const STUCK_AFTER_MS = 86_400_000;

/** Events that were received and could not be taken in for a day: they are tried on, and somebody is called. */
export async function findUnreadEvents(inquirer: Inquirer): Promise<void> {
  const before = instantOf(epochMsOf(inquirer.at) - STUCK_AFTER_MS);
  for (const { eventId, type, objectId, receivedAt, lastError } of await listStuckStripeEvents(
    inquirer.deps.db,
    before,
  )) {
    await callPerson(inquirer, {
      kind: 'event',
      id: eventId,
      customerId: null,
      alarm: 'unread_event',
      workflowId: null,
      problem: `event ${eventId} (${type} of ${objectId ?? 'nothing'}) was received at ${receivedAt} and could not be taken in: ${lastError ?? 'its workflow has not answered for it'}`,
      todo: 'Look the object up at Stripe. The event is tried again by itself, at least every hour.',
    });
  }
}
