import { WorkflowNotFoundError } from '@temporalio/client';
import { possibleImageKeys } from '../media/image-key';
import { askTemporal } from '../platform/ask-temporal';
import { deriveId } from '../platform/ids';
import { deleteImages, listImagesToErase } from '../store/images';
import { takeModelsAway } from '../store/models';
import { listPicturing, listQueuedSpends, type Spend } from '../store/spends';
import { deleteUploads, listUploads } from '../store/uploads';
import { cancelSpendSignal } from '../workflows/messages';
import type { ActivityDeps } from './deps';

type WorksDeps = Pick<ActivityDeps, 'db' | 'objectStore' | 'temporal'>;

const PAGE_SIZE = 100;

/**
 * Takes away what a customer who is being erased has given and made: models, uploads, and pictures that are nobody else's. The
 * object first and then its row, so that a repeat finds what is left. Begins with `after` '', goes on with what it answers, and
 * is done at null.
 */
export async function eraseWorks(
  deps: WorksDeps,
  { customerId, after }: { readonly customerId: string; readonly after: string },
): Promise<string | null> {
  if (after === '') {
    await endModels(deps, customerId);
    await eraseUploads(deps, customerId);
  }
  const spends = await listPicturing(deps.db, customerId, { after, limit: PAGE_SIZE });
  await erasePictures(deps, spends);
  return spends.length < PAGE_SIZE ? null : (spends.at(-1)?.id ?? null);
}

/** As when their owner deletes them: work of others that has not begun is released. */
async function endModels({ db, temporal }: WorksDeps, customerId: string): Promise<void> {
  await takeModelsAway(db, customerId);
  for (const { workflowId } of await listQueuedSpends(db, { ownerId: customerId })) {
    try {
      await askTemporal(temporal, () => temporal.workflow.getHandle(workflowId).signal(cancelSpendSignal));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

async function eraseUploads({ db, objectStore }: WorksDeps, customerId: string): Promise<void> {
  for (;;) {
    const uploads = await listUploads(db, customerId, PAGE_SIZE);
    if (uploads.length === 0) return;
    for (const { objectKey } of uploads) await objectStore.remove(objectKey);
    await deleteUploads(
      db,
      uploads.map(({ id }) => id),
    );
  }
}

/** Also what was stored and never delivered, in the place where it would have been. */
async function erasePictures(
  { db, objectStore }: WorksDeps,
  spends: readonly Pick<Spend, 'id' | 'quantity'>[],
): Promise<void> {
  const images = await listImagesToErase(
    db,
    spends.map(({ id }) => id),
  );
  const delivered = new Set(images.map(({ id }) => id));
  for (const { id, quantity } of spends) {
    for (let position = 0; position < quantity; position += 1) {
      const imageId = deriveId('img', id, position);
      if (delivered.has(imageId)) continue;
      for (const key of possibleImageKeys(imageId)) await objectStore.remove(key);
    }
  }
  const gone = images.filter(({ stays }) => !stays);
  for (const { objectKey } of gone) await objectStore.remove(objectKey);
  await deleteImages(
    db,
    gone.map(({ id }) => id),
  );
}
