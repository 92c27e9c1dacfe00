import { DomainError } from '../../domain/errors';
import { imageKey } from '../../media/image-key';
import { readPicture } from '../../media/pictures';
import { madeImageIdOf } from '../../store/images';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { hearOf } from './job-news';
import type { JobTerms, Waits } from './job-terms';
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
/** Outputs soon expire at the provider, so one that cannot be fetched within this time counts as not delivered. */
const PATIENCE_MS = 120_000;
/** How many outputs are fetched at once: enough that a hundred that hang are given up before the activity times out. */
const LANES = 8;

export interface Collected {
  readonly images: readonly StoredImage[];
  /** How many outputs could not be fetched or stored in time, or before an operator gave the spend up. */
  readonly left: number;
  /** Why the first missing output could not be stored; null when none is missing. */
  readonly missing: string | null;
}

interface Output {
  readonly url: string;
  readonly position: number;
}

/**
 * Copies the outputs of a job into the object store, so that they are ours before they are paid for. An output that is null,
 * gone, too large, not at a public address or not a picture counts as not delivered, with the reason. A broken store is waited
 * for until the deadline, or until an operator gives the spend up. Ids and keys are derived from the spend, so that a repeat
 * stores the same.
 */
export async function collectImages(
  deps: ActivityDeps,
  spend: Spend,
  outputs: readonly (string | null)[],
  { terms, watch, news }: Waits & { readonly terms: JobTerms },
): Promise<Collected> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  const isPatienceOver = () => performance.now() >= endsAtMs;
  const isStoreOver = async () =>
    (isPatienceOver() && (await deps.clock.now()) >= terms.deadlineAt) || (await terms.givenUp());
  const pause = (ms: number) => watch.pause(ms);
  const images: StoredImage[] = [];
  const reasons = new Map<number, string>();
  const lose = (position: number, reason: string) => {
    reasons.set(position, reason);
    deps.logger.warn({ spendId: spend.id, position, reason }, 'an output was not delivered');
    return true;
  };
  let missing = outputs.flatMap((url, position) => (url === null ? [] : [{ url, position }]));
  if (missing.length > 0) news.phase('fetching the pictures from the provider and storing them');
  const storeOne = async ({ url, position }: Output): Promise<boolean> => {
    const fetched = await unlessUnavailable(() => fetchUnlessGone(deps, url), hearOf(news));
    if (fetched === 'unavailable') return false;
    if ('gone' in fetched) return lose(position, fetched.gone);
    const waits = { pause, isOver: isStoreOver, hear: hearOf(news) };
    const image = await whenAvailable(() => storeImage(deps, spend, position, fetched.bytes), waits);
    if (image === 'over') {
      reasons.set(position, 'The object store did not take a picture in time.');
      return false;
    }
    if (image === undefined) return lose(position, 'An output is not a picture.');
    images.push(image);
    news.delivered(images.length);
    news.over();
    return true;
  };
  const collectMissing = async () => {
    missing = await tryEach(missing, storeOne);
    if (missing.length > 0) throw new DomainError('unavailable', 'Some outputs cannot be fetched now.');
  };
  await whenAvailable(collectMissing, {
    pause,
    isOver: async () => isPatienceOver() || (await terms.givenUp()),
    hear: () => undefined,
  });
  for (const { position } of missing) {
    lose(position, reasons.get(position) ?? 'An output could not be fetched in time.');
  }
  images.sort((one, other) => one.position - other.position);
  const [first] = [...reasons].sort(([one], [other]) => one - other);
  return { images, left: missing.length, missing: first?.[1] ?? null };
}

/** Tries each output once, a few at a time, so that one that hangs does not delay the others. Answers those that are not done. */
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
  const imageId = madeImageIdOf(spend.id, position);
  const objectKey = imageKey(imageId, picture.contentType);
  await put(deps, objectKey, bytes, picture.contentType);
  return { imageId, position, width: picture.width, height: picture.height, objectKey };
}

/** Throws `unavailable` for any failure of the store, because it may pass and the picture is worth waiting for. */
async function put({ objectStore, logger }: ActivityDeps, key: string, bytes: Buffer, contentType: string) {
  try {
    await objectStore.put(key, bytes, contentType);
  } catch (error) {
    logger.warn({ err: error, key }, 'the object store does not take a picture');
    // Without the name of the file, so that the same failure has the same words.
    const reason = wordsOf(error).replace(/ '.*'$/, '');
    throw new DomainError('unavailable', `The object store does not take a picture: ${reason}`);
  }
}

/** Node's own errors may come from another realm, so they are recognised by their members. */
function wordsOf(error: unknown): string {
  const { message } = error as { readonly message?: unknown };
  return typeof message === 'string' ? message : 'no reason';
}
