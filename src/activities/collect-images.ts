import { DomainError } from '../domain/errors';
import { readPicture, type PictureType } from '../media/pictures';
import { deriveId } from '../platform/ids';
import type { Spend } from '../store/spends';
import type { ActivityDeps } from './deps';
import type { Watch } from './keep-watch';
import { whenAvailable } from './when-available';

/** A generated image that is safe in the object store. */
export interface StoredImage {
  readonly imageId: string;
  /** Its place among the outputs asked for, from 0. */
  readonly position: number;
  readonly width: number;
  readonly height: number;
  readonly objectKey: string;
}

const OUTPUT_BYTES_MAX = 50_000_000;
/** Outputs die soon at the provider, so what cannot be had within this time of asking counts as not delivered. */
const PATIENCE_MS = 120_000;

const EXTENSIONS: Readonly<Record<PictureType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/**
 * Copies the outputs of a job into the object store, so that they are ours before they are paid for. What is null, gone,
 * too large or no picture was not delivered. Ids and keys are derived from the spend: a repeat stores the same.
 */
export async function collectImages(
  deps: ActivityDeps,
  spend: Spend,
  outputs: readonly (string | null)[],
  watch: Watch,
): Promise<readonly StoredImage[]> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  const until = {
    pause: (ms: number) => watch.pause(ms),
    isOver: () => Promise.resolve(performance.now() >= endsAtMs),
  };
  const stored: StoredImage[] = [];
  for (const [position, url] of outputs.entries()) {
    const bytes = url === null ? 'gone' : await whenAvailable(() => fetchUnlessGone(deps, url), until);
    const image = typeof bytes === 'string' ? undefined : await storeImage(deps, spend, position, bytes);
    if (image !== undefined) stored.push(image);
  }
  return stored;
}

async function fetchUnlessGone(deps: ActivityDeps, url: string): Promise<Buffer | 'gone'> {
  try {
    return await deps.jobs.fetchOutput(url, OUTPUT_BYTES_MAX);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return 'gone';
    throw error;
  }
}

async function storeImage(
  deps: ActivityDeps,
  spend: Spend,
  position: number,
  bytes: Buffer,
): Promise<StoredImage | undefined> {
  const picture = await readPicture(bytes);
  if (picture === undefined) return undefined;
  const imageId = deriveId('img', spend.id, position);
  const objectKey = `images/${imageId}/clean.${EXTENSIONS[picture.contentType]}`;
  await deps.objectStore.put(objectKey, bytes, picture.contentType);
  return { imageId, position, width: picture.width, height: picture.height, objectKey };
}
