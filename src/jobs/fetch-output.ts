import { DomainError } from '../domain/errors';

/** Long enough for a picture over a slow line, short enough to try again while the URL still lives. */
const TIMEOUT_MS = 30_000;

/**
 * Fetches one output of a job, from where the provider put it: http, https, or a `data:` URL as a bare Cog answers.
 * Sends no credentials, since outputs live on other hosts than the API.
 * Throws `DomainError('not_found')` when it will never be had (gone, larger than `bytesMax`, not a URL of these kinds)
 * and `DomainError('unavailable')` when it cannot be had now.
 */
export async function fetchOutput(url: string, bytesMax: number): Promise<Buffer> {
  if (!/^(https?|data):/.test(url)) throw gone('its URL is of no kind that is fetched');
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if ([404, 410].includes(response.status)) throw gone(`its URL answers ${response.status}`);
    if (!response.ok) throw new Error(`its URL answers ${response.status}`);
    return await readAtMost(response, bytesMax);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new DomainError('unavailable', `An output cannot be fetched now: ${reason}.`);
  }
}

/** Reads no further than the limit, whatever length was announced. */
async function readAtMost(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw gone(`it is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function gone(reason: string): DomainError {
  return new DomainError('not_found', `An output cannot be fetched: ${reason}.`);
}
