import { WorkflowNotFoundError } from '@temporalio/client';
import { possibleImageKeys } from '../../media/image-key';
import { askTemporal } from '../../platform/ask-temporal';
import { deleteImages, listImagesToErase } from '../../store/images';
import { findJob } from '../../store/jobs';
import { takeModelsAway } from '../../store/models';
import { eraseWordsOfSpends, listQueuedSpends, listSpendsToErase, type Spend } from '../../store/spends';
import { deleteUploads, listUploads } from '../../store/uploads';
import { cancelSpendSignal } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';
import { possibleImageIds } from '../spends/images-work';

type WorksDeps = Pick<ActivityDeps, 'db' | 'objectStore' | 'temporal'>;

const PAGE_SIZE = 20;
/** Then it answers how far it has come: nobody's works are too many, and a history stays short. */
const WORK_MS_MAX = 60_000;

/**
 * Takes away what a customer who is being erased has given, asked for and made: models, uploads, prompts, and pictures that are
 * nobody else's. The object first and then its row, so that a repeat finds what is left. Begins with `after` '', goes on with
 * what it answers, and is done at null.
 */
export async function eraseWorks(
  deps: WorksDeps,
  { customerId, after }: { readonly customerId: string; readonly after: string },
): Promise<string | null> {
  if (after === '') {
    await endModels(deps, customerId);
    await eraseUploads(deps, customerId);
  }
  const endsAtMs = performance.now() + WORK_MS_MAX;
  for (let last = after; ;) {
    const spends = await listSpendsToErase(deps.db, customerId, { after: last, limit: PAGE_SIZE });
    await erasePictures(deps, spends);
    await eraseWordsOfSpends(
      deps.db,
      customerId,
      spends.map(({ id }) => id),
    );
    if (spends.length < PAGE_SIZE) return null;
    last = spends.at(-1)?.id ?? last;
    if (performance.now() > endsAtMs) return last;
  }
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
async function erasePictures({ db, objectStore }: WorksDeps, spends: readonly Spend[]): Promise<void> {
  const images = await listImagesToErase(
    db,
    spends.map(({ id }) => id),
  );
  const delivered = new Set(images.map(({ id }) => id));
  for (const spend of spends.filter(({ delivers }) => delivers === 'images')) {
    const listed = (await findJob(db, spend.id))?.lastObject?.outputs.length ?? 0;
    for (const imageId of possibleImageIds(spend, listed)) {
      if (delivered.has(imageId)) continue;
      await Promise.all(possibleImageKeys(imageId).map((key) => objectStore.remove(key)));
    }
  }
  const gone = images.filter(({ stays }) => !stays);
  for (const { objectKey } of gone) await objectStore.remove(objectKey);
  await deleteImages(
    db,
    gone.map(({ id }) => id),
  );
}
