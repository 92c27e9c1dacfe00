import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress, lookupPublic, NOT_PUBLIC } from './public-address';

export interface GuardedRequest {
  /** GET unless told. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The whole exchange with all its redirects, until the last byte of the answer, in ms of wall time. */
  readonly timeoutMs: number;
  /** An answer that is longer is refused, whatever length it announced. */
  readonly bytesMax: number;
  /** Redirects that are followed with the same request, each checked like the first address; 0: the redirect is the answer. */
  readonly redirectsMax: number;
  /** Hosts that are reached wherever they are; undefined: none. Everybody else must have a public address. */
  readonly isTrusted?: (url: URL) => boolean;
}

export type GuardedAnswer =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  /** The request was not made, or its answer was cut off, and a repeat would end alike. `reason` completes "…: it …". */
  | { readonly outcome: 'refused'; readonly reason: string };

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Makes one request to a URL that somebody else chose, and connects to public addresses only, so that nobody can use us to reach
 * what only we can reach. The host's address is checked as the connection is made, and again at each redirect; connections are
 * not reused. Bounded in bytes and time. Throws what Node throws when there is no answer.
 */
export async function requestGuarded(address: string, request: GuardedRequest): Promise<GuardedAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  let url = parseUrl(address);
  for (let redirects = 0; url !== undefined; redirects += 1) {
    const answer = await requestOnce(url, request, signal);
    if (answer.outcome === 'refused' || request.redirectsMax === 0) return answer;
    const location = REDIRECTS.includes(answer.status) ? answer.headers.location : undefined;
    if (location === undefined) return answer;
    if (redirects === request.redirectsMax) return refused(`it redirects more than ${redirects} times`);
    url = parseUrl(location, url);
  }
  return refused('its URL is not http or https');
}

async function requestOnce(url: URL, request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> {
  const isTrusted = request.isTrusted?.(url) === true;
  // A literal address is connected to without any lookup. `URL` has brought every way of writing one into one form.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!isTrusted && isIP(literal) !== 0 && !isPublicAddress(literal)) return notPublic();
  const { method = 'GET', headers = {}, body, bytesMax } = request;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, {
      method,
      headers: { 'accept-encoding': 'identity', ...headers },
      agent: false,
      signal,
      ...(isTrusted ? {} : { lookup: lookupPublic }),
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === NOT_PUBLIC) resolve(notPublic());
      else reject(signal.aborted ? new Error('it did not answer in time') : error);
    });
    sent.on('response', (answer) => {
      readAtMost(answer, bytesMax).then((bytes) => {
        sent.destroy();
        resolve(bytes === undefined ? tooLarge(bytesMax) : answered(answer, bytes));
      }, reject);
    });
    sent.end(body);
  });
}

/** The whole body; undefined as soon as it is longer than the limit. */
async function readAtMost(answer: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  if (Number(answer.headers['content-length'] ?? 0) > bytesMax) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseUrl(address: string, base?: URL): URL | undefined {
  if (!URL.canParse(address, base?.href)) return undefined;
  const url = new URL(address, base);
  return ['http:', 'https:'].includes(url.protocol) ? url : undefined;
}

function answered({ statusCode = 0, headers }: IncomingMessage, body: Buffer): GuardedAnswer {
  return { outcome: 'answered', status: statusCode, headers, body };
}

function notPublic(): GuardedAnswer {
  return refused('it is not at a public address');
}

function tooLarge(bytesMax: number): GuardedAnswer {
  return refused(`it is larger than ${bytesMax} bytes`);
}

function refused(reason: string): GuardedAnswer {
  return { outcome: 'refused', reason };
}
