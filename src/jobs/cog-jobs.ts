import { DomainError } from '../domain/errors';
import { fetchOutput, hostAndPortOf, trustHosts } from './fetch-output';
import type { Job, JobKind, JobRequest, Jobs } from './jobs';
import {
  cancelAnswerOf,
  createProviderHttp,
  jobPathOf,
  parseJson,
  submitAnswerOf,
  unavailable,
  unsentOrUnknown,
  type ProviderAddress,
} from './provider-http';
import { parseJob } from './provider-object';
import { createWebhookTokens } from './webhook-token';

export interface CogJobsOptions extends ProviderAddress {
  /** Makes the tokens in the addresses to which Cog reports; a comma-separated list while it is rotated. */
  readonly webhookSecret: string;
  /** Where a Cog that was started to train listens; undefined: no trainings. */
  readonly trainingUrl: string | undefined;
  /** The input by which a prediction is given the weights that a training made; undefined: no trainings. */
  readonly weightsInput: string | undefined;
  readonly outputHosts?: readonly string[];
}

/**
 * A bare Cog server (`JOB_PROVIDER_KIND=cog`): one model, an idempotent `PUT` under our id while the job runs, no polling, and
 * unsigned webhooks. A webhook is trusted by the token in its address, which only the server was told; and a `PUT` under the
 * same id answers the state of a running job.
 * Source: https://github.com/replicate/cog/blob/main/docs/http.md
 */
export function createCogJobs(options: CogJobsOptions): Jobs {
  const { trainingUrl, weightsInput, outputHosts = [] } = options;
  const providers = {
    predictions: createProviderHttp(options),
    trainings: createProviderHttp({ ...options, baseUrl: trainingUrl ?? options.baseUrl }),
  };
  const tokens = createWebhookTokens(options.webhookSecret);
  const ownHosts = [options.baseUrl, trainingUrl ?? options.baseUrl].map((url) =>
    hostAndPortOf(new URL(url)),
  );
  const isTrusted = trustHosts([...ownHosts, ...outputHosts]);
  return {
    capabilities: { ownIds: true, poll: false, foundAgainWithinMs: 0, noTrainings: whyNoTrainings(options) },

    webhookPath: (spendId) => `/webhooks/jobs/${tokens.tokenOf(spendId)}`,

    async submit(request) {
      const { kind, spendId } = request;
      const body = createBodyOf(request, weightsInput);
      const sent = await providers[kind]
        .send('PUT', jobPathOf(kind, spendId), { body, headers: { prefer: 'respond-async' } })
        .catch(unsentOrUnknown);
      return 'outcome' in sent ? sent : submitAnswerOf(sent, (answer) => parseCogJob(kind, spendId, answer));
    },

    find: () => Promise.reject(unaskable()),

    findSubmitted: () => Promise.resolve('none'),

    cancel: async (kind, providerId) =>
      cancelAnswerOf(
        await providers[kind].send('POST', `${jobPathOf(kind, providerId)}/cancel`).catch(unavailable),
      ),

    fetchOutput: (url, bytesMax) => fetchOutput(url, bytesMax, isTrusted),

    spendIdOfToken: (token) => tokens.spendIdOf(token),

    parseWebhook(rawBody, _headers, about) {
      if (about === undefined)
        throw new DomainError('invalid_request', 'Cog reports to the address with the token of its job.');
      const job = parseCogJob(about.kind, about.spendId, parseJson(rawBody.toString('utf8')));
      if (job?.providerId !== about.spendId) {
        throw new DomainError('invalid_request', 'The webhook is about another job than its address.');
      }
      return { webhookId: null, providerId: job.providerId, status: job.status, job };
    },
  };
}

function unaskable(): DomainError {
  return new DomainError('unavailable', 'Cog cannot be asked for the state of a job.');
}

function whyNoTrainings({ trainingUrl, weightsInput }: CogJobsOptions): string | null {
  if (trainingUrl === undefined) return 'Trainings at Cog need JOB_TRAINING_URL, which is not set.';
  if (weightsInput === undefined) {
    return 'Trainings at Cog need JOB_WEIGHTS_INPUT, the input that takes the trained weights, which is not set.';
  }
  return null;
}

/** A Cog server runs one version of one model; trained weights are one more input. */
function createBodyOf({ kind, version, input, webhookUrl }: JobRequest, weightsInput: string | undefined) {
  const weights =
    kind === 'predictions' && weightsInput !== undefined && isAddress(version)
      ? { [weightsInput]: version }
      : {};
  return {
    input: { ...input, ...weights },
    webhook: webhookUrl,
    webhook_events_filter: ['start', 'completed'],
  };
}

/** Older versions of Cog leave the id out; it is ours in any case. */
function parseCogJob(kind: JobKind, spendId: string, body: unknown): Job | undefined {
  const job = parseJob(kind, isObject(body) ? { id: spendId, ...body } : body);
  if (job === undefined || kind === 'predictions' || job.status !== 'succeeded') return job;
  const modelVersion = weightsOf(body);
  if (modelVersion !== null) return { ...job, modelVersion };
  const detail =
    'The training returned no URL of its weights: it must return the file itself, from a Cog that runs with --upload-url.';
  return { ...job, status: 'failed', modelVersion: null, error: { code: 'provider_error', detail } };
}

/** The URL of the weights: the whole output, or its member `weights`. As data they would be too large to keep. */
function weightsOf(body: unknown): string | null {
  const output = isObject(body) ? body['output'] : undefined;
  const weights = isObject(output) ? output['weights'] : output;
  return typeof weights === 'string' && isAddress(weights) ? weights : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text);
}
