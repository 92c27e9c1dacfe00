import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { storableJson } from '../platform/storable-json';
import { fetchOutput } from './fetch-output';
import type { JobKind, JobRequest, Jobs, JobWebhook, SubmitAnswer } from './jobs';
import { parseJob, parseRefusal } from './provider-object';
import { parseWebhookSecrets, verifyStandardWebhook } from './standard-webhook';

export interface HttpJobsOptions {
  /** Where the provider's API begins, for example `https://provider.example/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  /** `whsec_…`; a comma-separated list while secrets are rotated. */
  readonly webhookSecret: string;
  /** `put`: the provider creates under our id and may be asked by it. `post`: it gives an id of its own. */
  readonly submit: 'put' | 'post';
  /** The clock on which webhooks are signed. Timeouts are wall time. */
  readonly now: () => Instant;
  /** How long one request may take before its outcome is unknown, in ms; 10 s unless told. */
  readonly timeoutMs?: number;
}

/** When the provider is full and does not say for how long. */
const BUSY_RETRY_SECONDS = 5;
const BUSY_RETRY_SECONDS_MAX = 60;

/**
 * The job provider over HTTP: Replicate's prediction object, Cog's idempotent `PUT` and Standard Webhooks. One call is
 * one request, never repeated here: whoever calls knows whether a repeat is safe.
 * Source of the contract: https://github.com/replicate/cog/blob/main/docs/http.md
 */
export function createHttpJobs(options: HttpJobsOptions): Jobs {
  const provider = createProvider(options);
  const secrets = parseWebhookSecrets(options.webhookSecret);
  const idempotent = options.submit === 'put';
  return {
    capabilities: { idempotentSubmit: idempotent, lookupByOwnId: idempotent, webhook: true },

    async submit(request) {
      const path = idempotent ? pathOf(request.kind, request.spendId) : `/${request.kind}`;
      const sent = await provider.send(idempotent ? 'PUT' : 'POST', path, request).catch(unsentOrUnknown);
      return 'outcome' in sent ? sent : submitAnswerOf(request.kind, sent);
    },

    async find(kind, providerId) {
      const answer = await provider.send('GET', pathOf(kind, providerId)).catch(unavailable);
      if (answer.status === 404) return undefined;
      const job = answer.status === 200 ? parseJob(kind, answer.body) : undefined;
      return job ?? unavailable(`the provider answered ${answer.status} to a lookup`);
    },

    async cancel(kind, providerId) {
      const answer = await provider.send('POST', `${pathOf(kind, providerId)}/cancel`).catch(unavailable);
      const isDone = answer.status < 300 || answer.status === 404;
      if (!isDone) unavailable(`the provider answered ${answer.status} to a cancel`);
    },

    fetchOutput,

    parseWebhook(rawBody, headers): JobWebhook {
      const webhookId = verifyStandardWebhook({ secrets, rawBody, headers, now: options.now() });
      // The kind only decides how an output is read, and of a webhook the output is not.
      const job = parseJob('predictions', parseJson(rawBody.toString('utf8')));
      if (job === undefined) throw new DomainError('invalid_request', 'The webhook is not about a job.');
      return { webhookId, providerId: job.providerId, status: job.status };
    },
  };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

function createProvider({ baseUrl, token, timeoutMs = 10_000 }: HttpJobsOptions) {
  const root = baseUrl.replace(/\/+$/, '');
  return {
    async send(method: string, path: string, request?: JobRequest): Promise<Answer> {
      const headers: Record<string, string> = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
      };
      if (request !== undefined) {
        headers['content-type'] = 'application/json';
        headers['prefer'] = 'respond-async';
        // A provider that gives ids of its own may still honour it; no capability is claimed for that.
        headers['idempotency-key'] = request.spendId;
      }
      const response = await fetch(root + path, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(request === undefined ? {} : { body: JSON.stringify(createBodyOf(request)) }),
      });
      const body = parseJson(await response.text());
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
    },
  };
}

function createBodyOf({ version, input, webhookUrl }: JobRequest): Readonly<Record<string, unknown>> {
  if (webhookUrl === null) return { version, input };
  return { version, input, webhook: webhookUrl, webhook_events_filter: ['completed'] };
}

/** The submit's outcome by status; what is neither a job nor a refusal may have made a job all the same. */
function submitAnswerOf(kind: JobKind, { status, retryAfter, body }: Answer): SubmitAnswer {
  if (status >= 200 && status < 300) {
    const job = parseJob(kind, body);
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
function unsentOrUnknown(error: unknown): SubmitAnswer {
  const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];
  const detail = `the provider cannot be reached: ${detailOf(error)}`;
  return unsent.includes(causeCodeOf(error))
    ? { outcome: 'busy', retryAfterSeconds: 1, detail }
    : { outcome: 'unknown', detail: `no answer to a submit: ${detailOf(error)}` };
}

function unavailable(reason: unknown): never {
  const detail = typeof reason === 'string' ? reason : detailOf(reason);
  throw new DomainError('unavailable', `The job provider cannot be asked: ${detail}.`);
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

function pathOf(kind: JobKind, id: string): string {
  return `/${kind}/${encodeURIComponent(id)}`;
}

/** What a provider says is recorded: an error text that cannot be stored must not keep a spend from its end. */
function parseJson(text: string): unknown {
  try {
    return storableJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}
