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

export interface Collected {
  readonly images: readonly StoredImage[];
  /** Why the first output that was promised could not be had; null when all were. */
  readonly missing: string | null;
}

interface Output {
  readonly url: string;
  readonly position: number;
}

/**
 * Copies the outputs of a job into the object store, so that they are ours before they are paid for. What is null, gone,
 * too large, at no public address or no picture was not delivered, and it is said why. Ids and keys are derived from the
 * spend: a repeat stores the same.
 */
export async function collectImages(
  deps: ActivityDeps,
  spend: Spend,
  outputs: readonly (string | null)[],
  watch: Watch,
): Promise<Collected> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  const stored: StoredImage[] = [];
  const reasons = new Map<number, string>();
  const lose = (position: number, reason: string) => {
    reasons.set(position, reason);
    deps.logger.warn({ spendId: spend.id, position, reason }, 'an output was not delivered');
    return true;
  };
  let missing = outputs.flatMap((url, position) => (url === null ? [] : [{ url, position }]));
  const collectMissing = async () => {
    missing = await tryEach(missing, async (output) => {
      const fetched = await unlessUnavailable(() => fetchUnlessGone(deps, output.url));
      if (fetched === 'unavailable') return false;
      if ('gone' in fetched) return lose(output.position, fetched.gone);
      const image = await storeImage(deps, spend, output.position, fetched.bytes);
      if (image === undefined) return lose(output.position, 'An output is no picture.');
      stored.push(image);
      return true;
    });
    if (missing.length > 0) throw new DomainError('unavailable', 'Some outputs cannot be fetched now.');
  };
  await whenAvailable(collectMissing, {
    pause: (ms: number) => watch.pause(ms),
    isOver: () => Promise.resolve(performance.now() >= endsAtMs),
  });
  for (const { position } of missing) lose(position, 'An output could not be fetched in time.');
  const [first] = [...reasons].sort(([one], [other]) => one - other);
  return { images: stored.sort((one, other) => one.position - other.position), missing: first?.[1] ?? null };
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

async function fetchUnlessGone(
  deps: ActivityDeps,
  url: string,
): Promise<{ readonly bytes: Buffer } | { readonly gone: string }> {
  try {
    return { bytes: await deps.jobs.fetchOutput(url, OUTPUT_BYTES_MAX) };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return { gone: error.message };
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
