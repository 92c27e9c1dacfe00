import { DomainError } from '../domain/errors';
import { storableJson } from '../platform/storable-json';
import type { Job, JobKind, SubmitAnswer } from './jobs';
import { parseRefusal } from './provider-object';

export interface ProviderAddress {
  /** Where the provider's API begins, for example `https://provider.example/v1`. */
  readonly baseUrl: string;
  /** Its bearer token; empty: it asks for none. */
  readonly token: string;
  /** How long one request may take, to the last byte of its answer, before its outcome is unknown, in ms; 10 s unless told. */
  readonly timeoutMs?: number;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Undefined when it is not JSON, or too long. */
  readonly body: unknown;
}

export interface ProviderRequest {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ProviderHttp {
  /** One request, never repeated: whoever calls knows whether a repeat is safe. Throws what `fetch` throws. */
  send(method: string, path: string, request?: ProviderRequest): Promise<ProviderAnswer>;
}

/** An object with a hundred long links takes about 100 kB; a broken provider may answer without end. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
/** When the provider is full and does not say for how long. */
const BUSY_RETRY_SECONDS = 5;
const BUSY_RETRY_SECONDS_MAX = 60;

/** Speaks JSON to a provider. Answers are bounded in bytes and time, redirects are errors. */
export function createProviderHttp({ baseUrl, token, timeoutMs = 10_000 }: ProviderAddress): ProviderHttp {
  const root = baseUrl.replace(/\/+$/, '');
  return {
    async send(method, path, { body, headers = {} } = {}) {
      const response = await fetch(root + path, {
        method,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await readAtMost(response, ANSWER_BYTES_MAX);
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, retryAfter, body: parseJson(text) };
    },
  };
}

/** The answer's text; empty as soon as it is longer than the limit, whatever length was announced. */
async function readAtMost(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body and so ends the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where a provider has one job, by the id that it knows it by. */
export function jobPathOf(kind: JobKind, id: string): string {
  return `/${kind}/${encodeURIComponent(id)}`;
}

/** The submit's outcome by status; what is neither a job nor a refusal may have made a job all the same. */
export function submitAnswerOf(
  { status, retryAfter, body }: ProviderAnswer,
  parse: (body: unknown) => Job | undefined,
): SubmitAnswer {
  if (status >= 200 && status < 300) {
    const job = parse(body);
    return job === undefined
      ? { outcome: 'unknown', detail: `the provider answered ${status} without a job` }
      : { outcome: 'accepted', job };
  }
  if (status === 409 || status === 429) {
    const detail = `the provider is busy and answered ${status}`;
    return { outcome: 'busy', retryAfterSeconds: retrySecondsOf(retryAfter), detail };
  }
  if (status >= 400 && status < 500 && status !== 408)
    return { outcome: 'rejected', ...parseRefusal(status, body) };
  return { outcome: 'unknown', detail: `the provider answered ${status} to a submit` };
}

/** A request that never left made nothing and may be sent again by any provider's rules. Anything else may have arrived. */
export function unsentOrUnknown(error: unknown): SubmitAnswer {
  const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];
  const detail = `the provider cannot be reached: ${detailOf(error)}`;
  return unsent.includes(causeCodeOf(error))
    ? { outcome: 'busy', retryAfterSeconds: 1, detail }
    : { outcome: 'unknown', detail: `no answer to a submit: ${detailOf(error)}` };
}

/** The job that a lookup answered; undefined for 404. Throws `DomainError('unavailable')` for whatever else. */
export function foundJobOf(
  { status, body }: ProviderAnswer,
  parse: (body: unknown) => Job | undefined,
): Job | undefined {
  if (status === 404) return undefined;
  const job = status === 200 ? parse(body) : undefined;
  return job ?? unavailable(`the provider answered ${status} to a lookup`);
}

/** What a cancel came to. Throws `DomainError('unavailable')` when it is not known. */
export function cancelAnswerOf({ status }: ProviderAnswer): 'told' | 'unknown_job' {
  if (status === 404) return 'unknown_job';
  return status < 300 ? 'told' : unavailable(`the provider answered ${status} to a cancel`);
}

export function unavailable(reason: unknown): never {
  const detail = typeof reason === 'string' ? reason : detailOf(reason);
  throw new DomainError('unavailable', `The job provider does not answer: ${detail}.`);
}

function retrySecondsOf(retryAfter: string | null): number {
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : BUSY_RETRY_SECONDS;
  return Math.min(BUSY_RETRY_SECONDS_MAX, Math.max(1, seconds));
}

function causeCodeOf(error: unknown): string {
  const cause = memberOf(error, 'cause');
  return textOf(memberOf(cause, 'code'));
}

function detailOf(error: unknown): string {
  const name = textOf(memberOf(error, 'name'));
  if (name === 'TimeoutError') return 'no answer in time';
  return causeCodeOf(error) || name || 'no reason';
}

/** Errors of Node's own may come from another realm than ours, so they are known by their members. */
function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What a provider says is recorded: an error text that cannot be stored must not keep a spend from its end. */
export function parseJson(text: string): unknown {
  try {
    return storableJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}
