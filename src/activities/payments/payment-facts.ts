import { DomainError } from '../../domain/errors';
import { isUnreachableTemporal } from '../../platform/ask-temporal';
import { isUnreachableDatabase } from '../../platform/database';
import { noteStripeEventAttempt } from '../../store/stripe-events';
import type { PaymentHint } from '../../workflows/payments/messages';
import type { ActivityDeps } from '../deps';

/** The hints by what they are about: however many there are, one look at Stripe answers them all. */
export function factsByObject(
  facts: readonly PaymentHint[],
): readonly { readonly fact: PaymentHint; readonly eventIds: readonly string[] }[] {
  const byObject = new Map<string, { fact: PaymentHint; eventIds: string[] }>();
  for (const fact of facts) {
    const id = `${fact.objectType} ${fact.objectId}`;
    const known = byObject.get(id);
    if (known === undefined) byObject.set(id, { fact, eventIds: [fact.eventId] });
    else if (!known.eventIds.includes(fact.eventId)) known.eventIds.push(fact.eventId);
  }
  return [...byObject.values()];
}

/**
 * Reads one object. What cannot be read for a reason that will not pass (no such object, a shape that we do not know)
 * must not hold up the others: the reason goes to the inbox rows, which stay open and come back ever later. Throws when
 * Stripe, Temporal or the database cannot be reached.
 */
export async function unlessUnreadable<Answer>(
  deps: Pick<ActivityDeps, 'db' | 'logger'>,
  eventIds: readonly string[],
  read: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (mayPass(error)) throw error;
    deps.logger.error({ err: error, eventIds }, 'a payment event cannot be read');
    const reason = error instanceof Error ? error.message : String(error);
    for (const eventId of eventIds) {
      await noteStripeEventAttempt(deps.db, eventId, { error: reason });
    }
    return undefined;
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === 'unavailable';
  return isUnreachableTemporal(error) || isUnreachableDatabase(error);
}
