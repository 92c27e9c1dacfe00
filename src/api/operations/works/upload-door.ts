import type { Request } from 'express';
import { createTurns, type Turns } from '../../../media/turns';
import type { ApiDeps } from '../../deps';
import type { Sender } from '../../http/operation';

/** Forms that are read and prepared at once: with the largest files, about 300 MB of this process. */
const FORMS_MAX = 16;
/** The remaining places are kept for customers' browsers. */
const FORMS_OF_KEYS = 12;
const FORMS_OF_CUSTOMER = 4;
/** Their bodies are not read yet. A browser sends all thirty pictures of a training at once, an integrating server more. */
const WAITING_MAX = 256;
const WAITING_OF_ONE = 200;
const WAIT_MS_MAX = 60_000;

/** The places for uploads in this process. */
export function createUploadTurns(): Turns {
  return createTurns({
    places: FORMS_MAX,
    waiting: WAITING_MAX,
    waitingOfOne: WAITING_OF_ONE,
    waitMsMax: WAIT_MS_MAX,
  });
}

/**
 * Waits until there is room for an upload of this authenticated caller, and keeps the place until the request is answered or
 * broken off. Nothing of the body is read before. Answers a signal that is aborted at that end. Throws what `Turns` throws.
 */
export async function enterWithUpload(
  req: Request,
  { caller, deps }: Sender<Pick<ApiDeps, 'uploadTurns'>>,
): Promise<AbortSignal> {
  const gone = new AbortController();
  const { res } = req;
  if (res === undefined) throw new Error('a request without a response');
  res.once('close', () => gone.abort());
  const theirs =
    caller?.kind === 'portal'
      ? { who: caller.customerId, mostOfTheirs: FORMS_OF_CUSTOMER }
      : { who: 'keys', mostOfTheirs: FORMS_OF_KEYS };
  const giveBack = await deps.uploadTurns.take({ ...theirs, signal: gone.signal });
  if (gone.signal.aborted) giveBack();
  else gone.signal.addEventListener('abort', giveBack, { once: true });
  return gone.signal;
}
