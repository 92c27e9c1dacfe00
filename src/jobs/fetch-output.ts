import { DomainError } from '../domain/errors';
import { requestGuarded } from '../platform/guarded-request';

/** Long enough for a picture over a slow line, short enough to try again while the URL still lives. */
const TIMEOUT_MS = 30_000;
const REDIRECTS_MAX = 5;

/**
 * Fetches one output of a job from its URL: http, https, or a `data:` URL as a bare Cog answers. Sends no credentials, because
 * outputs are on other hosts than the API. Connects to public addresses only, besides the hosts that `isTrusted` accepts,
 * because the provider chooses the URL. Throws `DomainError('not_found')` when the output will never be available (gone, larger
 * than `bytesMax`, not public, another kind of URL) and `DomainError('unavailable')` when it is not available now.
 */
export async function fetchOutput(
  url: string,
  bytesMax: number,
  isTrusted: (url: URL) => boolean,
): Promise<Buffer> {
  if (url.startsWith('data:')) return readData(url, bytesMax);
  const limits = { timeoutMs: TIMEOUT_MS, bytesMax, redirectsMax: REDIRECTS_MAX };
  const answer = await requestGuarded(url, { ...limits, isTrusted }).catch((error: unknown) => {
    throw notNow(error instanceof Error && error.message !== '' ? error.message : 'there is no answer');
  });
  if (answer.outcome === 'refused') throw gone(answer.reason);
  if ([404, 410].includes(answer.status)) throw gone(`its URL answers ${answer.status}`);
  if (answer.status < 200 || answer.status > 299) throw notNow(`its URL answers ${answer.status}`);
  return answer.body;
}

/** The bytes that a `data:` URL holds. Its length is judged before they are decoded: base64 is a third longer. */
async function readData(url: string, bytesMax: number): Promise<Buffer> {
  const tooLarge = () => gone(`it is larger than ${bytesMax} bytes`);
  if ((url.length * 3) / 4 > bytesMax + 1_000) throw tooLarge();
  const decoded = await fetch(url)
    .then((response) => response.arrayBuffer())
    .catch(() => {
      throw gone('its data cannot be decoded');
    });
  if (decoded.byteLength > bytesMax) throw tooLarge();
  return Buffer.from(decoded);
}

/** Which hosts' outputs are fetched wherever they are: `host` for all its ports, or `host:port`. */
export function trustHosts(hosts: readonly string[]): (url: URL) => boolean {
  const trusted = new Set(hosts.map((host) => host.toLowerCase()));
  return (url) => trusted.has(url.hostname) || trusted.has(hostAndPortOf(url));
}

/** The one host and port of a URL, also where the port is its protocol's own. */
export function hostAndPortOf({ hostname, port, protocol }: URL): string {
  const usual = protocol === 'https:' ? '443' : '80';
  return `${hostname}:${port === '' ? usual : port}`;
}

function gone(reason: string): DomainError {
  return new DomainError('not_found', `An output cannot be fetched: ${reason}.`);
}

function notNow(reason: string): DomainError {
  return new DomainError('unavailable', `An output cannot be fetched now: ${reason}.`);
}
