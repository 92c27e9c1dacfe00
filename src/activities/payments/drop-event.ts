import { DomainError } from '../../domain/errors';
import { dropStripeEvent, findStripeEvent, type InboxEvent } from '../../store/stripe-events';
import { silence } from '../alarms';
import type { ActivityDeps } from '../deps';

type Drop = NonNullable<InboxEvent['dropped']>;

/**
 * Drops an event of Stripe that can never be processed: it is not retried any more, and its alarm ends. For one that was dropped
 * before, answers who did that and why. Throws `not_found`, and `state_conflict` for an event that was processed.
 */
export async function dropEvent(
  deps: Pick<ActivityDeps, 'db' | 'logger'>,
  eventId: string,
  drop: Drop,
): Promise<{ readonly did: 'dropped' } | ({ readonly did: 'nothing' } & Drop)> {
  if (await dropStripeEvent(deps.db, eventId, drop)) {
    await silence(deps, { kind: 'unread_event', subject: eventId }, drop.at);
    return { did: 'dropped' };
  }
  const event = await findStripeEvent(deps.db, eventId);
  if (event === undefined) throw new DomainError('not_found', `There is no event ${eventId} in the inbox.`);
  if (event.dropped !== null) return { did: 'nothing', ...event.dropped };
  throw new DomainError(
    'state_conflict',
    `${eventId} was processed at ${String(event.processedAt)}: there is nothing to drop.`,
  );
}
