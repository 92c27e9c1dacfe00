import { awaitedOf, type ErasureStanding } from '../../domain/erasures/erasure';
import type { Instant } from '../../domain/instants';
import { lockCustomer, markErasing } from '../../store/customers';
import { endPortalSessions } from '../../store/portal-sessions';
import type { ActivityDeps } from '../deps';
import { readBlockers } from './read-blockers';

/**
 * Begins to erase a customer, unless something is in the way that nobody asked to end: then it answers what, and nothing has
 * changed. With the customer locked: what begins in this moment is either seen here or refused. From then on nothing new begins,
 * and the tokens of portal sessions are worth nothing. Idempotent: an erasure that has begun goes on.
 */
export async function beginErasure(
  { db }: Pick<ActivityDeps, 'db'>,
  { customerId, end, at }: { readonly customerId: string; readonly end: boolean; readonly at: Instant },
): Promise<ErasureStanding> {
  return db.transaction(async (trx) => {
    const { erasingAt, erasedAt } = await lockCustomer(trx, customerId);
    if (erasedAt !== null) return { outcome: 'erased' };
    const blockers = await readBlockers(trx, customerId);
    if (erasingAt === null && !end && blockers.length > 0) return { outcome: 'blocked', blockers };
    await markErasing(trx, customerId, at);
    await endPortalSessions(trx, customerId);
    return { outcome: 'erasing', waitsFor: awaitedOf(blockers) };
  });
}
