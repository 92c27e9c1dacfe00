import { z } from 'zod';
import { DomainError } from '../domain/errors';
import { epochMsOf, parseInstant, type Instant } from '../domain/instants';
import { fetchOutput, trustHosts } from './fetch-output';
import type { JobKind, JobRequest, Jobs } from './jobs';
import {
  cancelAnswerOf,
  createProviderHttp,
  foundJobOf,
  jobPathOf,
  parseJson,
  submitAnswerOf,
  unavailable,
  unsentOrUnknown,
  type ProviderAddress,
} from './provider-http';
import { parseJob } from './provider-object';
import { parseWebhookSecrets, verifyStandardWebhook } from './standard-webhook';
import { createWebhookTokens } from './webhook-token';

export interface ReplicateJobsOptions extends ProviderAddress {
  /** Replicate's signing secret, `whsec_…`; a comma-separated list while it is rotated. */
  readonly webhookSecret: string;
  /** `owner/name:version` of the trainer. */
  readonly trainerVersion: string;
  /** `owner/name` of the model that trainings add versions to; undefined: none are run. */
  readonly trainingDestination: string | undefined;
  readonly outputHosts?: readonly string[];
  readonly now: () => Instant;
}

const TRAINER = /^([^/:]+)\/([^/:]+):([^/:]+)$/;
const MODEL = /^([^/:]+)\/([^/:]+)$/;
/** A lost submit is looked for among so many pages of a hundred, newest first. */
const PAGES_MAX = 10;
/** How far Replicate's clock may lie behind ours. */
const CLOCK_MARGIN_MS = 60_000;
/** The list may lag behind, and the first webhook, which also names the spend, comes only when the job has begun. */
const FOUND_AGAIN_WITHIN_MS = 120_000;

/** A page of `GET /predictions` or `/trainings`. */
const listPage = z.object({ results: z.array(z.unknown()), next: z.string().nullish() });
const listed = z.object({ created_at: z.string(), webhook: z.string().nullish() });

/**
 * Replicate (`JOB_PROVIDER_KIND=replicate`). It gives jobs its own ids and has no idempotent create, so a submit is never
 * repeated. The spend's id is in the webhook's address, by which a job whose create was not answered is found again: in
 * Replicate's list of jobs, or by the first webhook.
 * Source: https://replicate.com/docs/reference/http
 */
export function createReplicateJobs(options: ReplicateJobsOptions): Jobs {
  const provider = createProviderHttp(options);
  const secrets = parseWebhookSecrets(options.webhookSecret);
  const tokens = createWebhookTokens(options.webhookSecret);
  const isTrusted = trustHosts(options.outputHosts ?? []);
  return {
    capabilities: {
      ownIds: false,
      poll: true,
      foundAgainWithinMs: FOUND_AGAIN_WITHIN_MS,
      noTrainings: whyNoTrainings(options),
    },

    webhookPath: (spendId) => `/webhooks/jobs/${tokens.tokenOf(spendId)}`,

    async submit(request) {
      const { path, body } = createOf(request, options.trainingDestination);
      const sent = await provider.send('POST', path, { body }).catch(unsentOrUnknown);
      return 'outcome' in sent ? sent : submitAnswerOf(sent, (answer) => parseJob(request.kind, answer));
    },

    async find(kind, providerId) {
      const answer = await provider.send('GET', jobPathOf(kind, providerId)).catch(unavailable);
      return foundJobOf(answer, (body) => parseJob(kind, body));
    },

    async findSubmitted(kind, { spendId, startedAt }) {
      const since = epochMsOf(startedAt) - CLOCK_MARGIN_MS;
      let path: string | undefined = `/${kind}`;
      for (let pages = 0; path !== undefined && pages < PAGES_MAX; pages += 1) {
        const answer = await provider.send('GET', path).catch(unavailable);
        const page = listPage.safeParse(answer.body);
        if (answer.status !== 200 || !page.success)
          return unavailable(`the provider answered ${answer.status} to a list`);
        const { results, next } = page.data;
        const found = results.find((item) => isReportedTo(item, spendId));
        const job = found === undefined ? undefined : parseJob(kind, found);
        if (job !== undefined) return job;
        path = results.some((item) => isOlderThan(item, since)) ? undefined : pathOfNext(kind, next);
      }
      return 'unknown';
    },

    cancel: async (kind, providerId) =>
      cancelAnswerOf(await provider.send('POST', `${jobPathOf(kind, providerId)}/cancel`).catch(unavailable)),

    fetchOutput: (url, bytesMax) => fetchOutput(url, bytesMax, isTrusted),

    spendIdOfToken: (token) => tokens.spendIdOf(token),

    parseWebhook(rawBody, headers) {
      const webhookId = verifyStandardWebhook({ secrets, rawBody, headers, now: options.now() });
      const job = parseJob('predictions', parseJson(rawBody.toString('utf8')));
      if (job === undefined) throw new DomainError('invalid_request', 'The webhook is not about a job.');
      return { webhookId, providerId: job.providerId, status: job.status, job: null };
    },
  };
}

function whyNoTrainings({ trainerVersion, trainingDestination }: ReplicateJobsOptions): string | null {
  if (!TRAINER.test(trainerVersion)) {
    return 'Trainings at Replicate need a trainer: set JOB_TRAINER_VERSION to owner/name:version.';
  }
  if (trainingDestination === undefined || !MODEL.test(trainingDestination)) {
    return 'Trainings at Replicate need a destination model: set JOB_TRAINING_DESTINATION to owner/name.';
  }
  return null;
}

/** The request that creates a job. The version may be an id alone, one with its model, or a model that has an official version. */
function createOf(request: JobRequest, destination: string | undefined) {
  const { kind, version, input, webhookUrl } = request;
  const common = { input, webhook: webhookUrl, webhook_events_filter: ['start', 'completed'] };
  if (kind === 'trainings') {
    const [, owner = '', name = '', id = ''] = TRAINER.exec(version) ?? [];
    return {
      path: `/models/${partsOf(owner, name)}/versions/${encodeURIComponent(id)}/trainings`,
      body: { destination, ...common },
    };
  }
  const [, owner, name] = MODEL.exec(version) ?? [];
  if (owner !== undefined && name !== undefined) {
    return { path: `/models/${partsOf(owner, name)}/predictions`, body: common };
  }
  return { path: '/predictions', body: { version: version.slice(version.indexOf(':') + 1), ...common } };
}

function partsOf(owner: string, name: string): string {
  return `${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** By the spend's id in the address to which a listed job reports, whichever secret made the token behind it. */
function isReportedTo(item: unknown, spendId: string): boolean {
  const parsed = listed.safeParse(item);
  return parsed.success && parsed.data.webhook?.includes(`/webhooks/jobs/${spendId}.`) === true;
}

function isOlderThan(item: unknown, epochMs: number): boolean {
  const parsed = listed.safeParse(item);
  const createdAt = parsed.success ? parseInstant(parsed.data.created_at) : undefined;
  return createdAt !== undefined && epochMsOf(createdAt) < epochMs;
}

/** Of the next page only the cursor is taken: the address is our own. */
function pathOfNext(kind: JobKind, next: string | null | undefined): string | undefined {
  if (next === null || next === undefined || !URL.canParse(next)) return undefined;
  const cursor = new URL(next).searchParams.get('cursor');
  return cursor === null ? undefined : `/${kind}?cursor=${encodeURIComponent(cursor)}`;
}
