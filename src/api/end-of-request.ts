import type { Response } from 'express';

/** Aborted when the client is gone or the process ends: nobody waits for the answer any more. */
export function endOfRequest(res: Response, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}
