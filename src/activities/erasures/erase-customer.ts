import { awaitedOf } from '../../domain/erasures/erasure';
import type { Instant } from '../../domain/instants';
import { externalIdHashOf } from '../../platform/external-id-hash';
import { eraseCustomer as eraseRow, getRecordedCustomer, lockCustomer } from '../../store/customers';
import { hasImagesToErase } from '../../store/images';
import { eraseJobs } from '../../store/jobs';
import { eraseModels } from '../../store/models';
import { endPortalSessions } from '../../store/portal-sessions';
import { deleteRequests } from '../../store/requests';
import { eraseWordsOfSpends } from '../../store/spends';
import { listUploads } from '../../store/uploads';
import type { ActivityDeps } from '../deps';
import { forgetExternalId } from './forget-external-id';
import { readBlockers } from './read-blockers';

/** Deletes the customer at Stripe, who has nothing running there. Their id stays bound: their payments still name it. */
export async function eraseAtStripe(
  { db, payments }: Pick<ActivityDeps, 'db' | 'payments'>,
  customerId: string,
): Promise<void> {
  const { stripeCustomerId } = await getRecordedCustomer(db, customerId);
  if (stripeCustomerId !== null) await payments.deleteCustomer(stripeCustomerId);
}

/**
 * The last step of an erasure, in one transaction with the customer locked: who they are, their words, and that they are erased.
 * Answers false, and none of it has changed, when something has come that must end or go first. Idempotent.
 */
export async function eraseCustomer(
  { db, erasureKey, temporal }: Pick<ActivityDeps, 'db' | 'erasureKey' | 'temporal'>,
  { customerId, at }: { readonly customerId: string; readonly at: Instant },
): Promise<boolean> {
  await forgetExternalId({ db, temporal }, customerId);
  return db.transaction(async (trx) => {
    const { erasedAt, externalId } = await lockCustomer(trx, customerId);
    if (erasedAt !== null) return true;
    if (externalId === null) throw new Error(`customer ${customerId} has no external id and is not erased`);
    const awaited = awaitedOf(await readBlockers(trx, customerId));
    const hasWorks =
      (await listUploads(trx, customerId, 1)).length > 0 || (await hasImagesToErase(trx, customerId));
    if (awaited.length > 0 || hasWorks) return false;
    await eraseWordsOfSpends(trx, customerId);
    await eraseJobs(trx, customerId);
    await eraseModels(trx, customerId);
    await deleteRequests(trx, customerId);
    await endPortalSessions(trx, customerId);
    await eraseRow(trx, customerId, { externalIdHash: externalIdHashOf(erasureKey, externalId), at });
    return true;
  });
}
