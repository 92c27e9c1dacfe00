import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../../src/domain/errors';
import { fetchOutput } from '../../../src/jobs/fetch-output';
import { isTooNarrow, PICTURE_SIDE_MIN, UPLOAD_BYTES_MAX } from '../../../src/media/picture-limits';
import { readPicture } from '../../../src/media/pictures';
import { learnStyle } from '../style/learn-style';
import type { Style } from '../style/style';
import { JobFailure } from './job-failure';

/** Whoever serves the pictures may be restarting just now. */
const RETRY_DELAYS_MS = [200, 500, 1000, 2000, 4000];

/**
 * Learns a style from the pictures at these URLs, and tells how far it has come, in percent. Throws a `JobFailure` when
 * a picture cannot be had or is none, and the signal's reason when it is aborted.
 */
export async function train(
  urls: readonly string[],
  tell: (percent: number) => void,
  signal: AbortSignal,
): Promise<Style> {
  const pictures: Buffer[] = [];
  for (const [index, url] of urls.entries()) {
    const picture = await fetchPatiently(url, index + 1, signal);
    const read = await readPicture(picture, PICTURE_SIDE_MIN);
    // Of what is too narrow, nothing is left to look at when it is made small.
    if (read === undefined || isTooNarrow(read)) {
      throw new JobFailure('invalid_input', `Training image ${index + 1} is not a picture to learn from.`);
    }
    pictures.push(picture);
    tell(Math.round((80 * pictures.length) / urls.length));
    signal.throwIfAborted();
  }
  return learnStyle(pictures);
}

async function fetchPatiently(url: string, ordinal: number, signal: AbortSignal): Promise<Buffer> {
  for (const retryDelayMs of [...RETRY_DELAYS_MS, null]) {
    try {
      return await fetchOutput(url, UPLOAD_BYTES_MAX, () => true);
    } catch (error) {
      const isWorthRetrying = error instanceof DomainError && error.code === 'unavailable';
      if (!isWorthRetrying || retryDelayMs === null) break;
      await delay(retryDelayMs, undefined, { signal });
    }
  }
  throw new JobFailure('invalid_input', `Training image ${ordinal} cannot be fetched.`);
}
