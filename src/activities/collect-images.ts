import { DomainError } from '../domain/errors';
import { imageKey } from '../media/image-key';
import { readPicture } from '../media/pictures';
import { deriveId } from '../platform/ids';
import type { Spend } from '../store/spends';
import type { ActivityDeps } from './deps';
import type { Watch } from './keep-watch';
import { unlessUnavailable, whenAvailable } from './when-available';

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
/** Outputs that are fetched at the same time: a hundred that hang are given up before the activity's own time is. */
const LANES = 8;

interface Output {
  readonly url: string;
  readonly position: number;
}

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
  const stored: StoredImage[] = [];
  let missing = outputs.flatMap((url, position) => (url === null ? [] : [{ url, position }]));
  const collectMissing = async () => {
    missing = await tryEach(missing, async (output) => {
      const bytes = await unlessUnavailable(() => fetchUnlessGone(deps, output.url));
      if (typeof bytes === 'string') return bytes === 'gone';
      const image = await storeImage(deps, spend, output.position, bytes);
      if (image !== undefined) stored.push(image);
      return true;
    });
    if (missing.length > 0) throw new DomainError('unavailable', 'Some outputs cannot be fetched now.');
  };
  await whenAvailable(collectMissing, {
    pause: (ms: number) => watch.pause(ms),
    isOver: () => Promise.resolve(performance.now() >= endsAtMs),
  });
  return stored.sort((one, other) => one.position - other.position);
}

/** Tries each output once, a few at a time, so that one that hangs holds up no other. Answers those that are not done. */
async function tryEach(
  outputs: readonly Output[],
  isDone: (output: Output) => Promise<boolean>,
): Promise<Output[]> {
  const left: Output[] = [];
  const line = outputs.values();
  const lane = async () => {
    for (const output of line) if (!(await isDone(output))) left.push(output);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return left;
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
  const objectKey = imageKey(imageId, picture.contentType);
  await deps.objectStore.put(objectKey, bytes, picture.contentType);
  return { imageId, position, width: picture.width, height: picture.height, objectKey };
}
