import type { ServerResponse } from 'node:http';

/**
 * Aborted when the client is gone or the process ends: nobody waits for the answer any more. By a listener that goes with
 * the request, because `AbortSignal.any` leaves something of every request with the signal that outlives them all.
 */
export function endOfRequest(res: ServerResponse, closing: AbortSignal): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  if (closing.aborted) end();
  closing.addEventListener('abort', end);
  res.once('close', () => {
    closing.removeEventListener('abort', end);
    end();
  });
  return over.signal;
}
