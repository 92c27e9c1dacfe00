import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { fetchOutput, hostAndPortOf, trustHosts } from './fetch-output';
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

export interface HttpJobsOptions extends ProviderAddress {
  /** `whsec_…`; a comma-separated list while secrets are rotated. */
  readonly webhookSecret: string;
  /** `put`: the provider creates under our id and may be asked by it. `post`: it gives an id of its own. */
  readonly submit: 'put' | 'post';
  /** Whose outputs are fetched also from addresses that are not public, besides the provider's own host. */
  readonly outputHosts?: readonly string[];
  /** The clock on which webhooks are signed. Timeouts are wall time. */
  readonly now: () => Instant;
}

/**
 * A job provider that keeps Scrip's own contract (`JOB_PROVIDER_KIND=scrip`), as the studio does: Replicate's prediction
 * object, an idempotent `PUT` under our id that may be asked for at any time, and Standard Webhooks. One call is one
 * request, never repeated here: whoever calls knows whether a repeat is safe.
 * Source of the contract: https://github.com/replicate/cog/blob/main/docs/http.md
 */
export function createHttpJobs(options: HttpJobsOptions): Jobs {
  const provider = createProviderHttp(options);
  const secrets = parseWebhookSecrets(options.webhookSecret);
  const isTrusted = trustHosts([hostAndPortOf(new URL(options.baseUrl)), ...(options.outputHosts ?? [])]);
  const idempotent = options.submit === 'put';
  const find = async (kind: JobKind, id: string) =>
    foundJobOf(await provider.send('GET', jobPathOf(kind, id)).catch(unavailable), (body) =>
      parseJob(kind, body),
    );
  return {
    capabilities: { ownIds: idempotent, poll: true, foundAgainWithinMs: 0, noTrainings: null },

    webhookPath: () => '/webhooks/jobs',

    async submit(request) {
      const { kind, spendId } = request;
      const path = idempotent ? jobPathOf(kind, spendId) : `/${kind}`;
      // A provider that gives ids of its own may still honour the key; nothing is built on that.
      const headers = { prefer: 'respond-async', 'idempotency-key': spendId };
      const sent = await provider
        .send(idempotent ? 'PUT' : 'POST', path, { body: createBodyOf(request), headers })
        .catch(unsentOrUnknown);
      return 'outcome' in sent ? sent : submitAnswerOf(sent, (body) => parseJob(kind, body));
    },

    find,

    findSubmitted: async (kind, { spendId }) =>
      idempotent ? ((await find(kind, spendId)) ?? 'none') : 'unknown',

    cancel: async (kind, providerId) =>
      cancelAnswerOf(await provider.send('POST', `${jobPathOf(kind, providerId)}/cancel`).catch(unavailable)),

    fetchOutput: (url, bytesMax) => fetchOutput(url, bytesMax, isTrusted),

    spendIdOfToken: () => undefined,

    parseWebhook(rawBody, headers) {
      const webhookId = verifyStandardWebhook({ secrets, rawBody, headers, now: options.now() });
      // The kind only decides how an output is read, and of a webhook the output is not.
      const job = parseJob('predictions', parseJson(rawBody.toString('utf8')));
      if (job === undefined) throw new DomainError('invalid_request', 'The webhook is not about a job.');
      return { webhookId, providerId: job.providerId, status: job.status, job: null };
    },
  };
}

function createBodyOf({ version, input, webhookUrl }: JobRequest): Readonly<Record<string, unknown>> {
  return { version, input, webhook: webhookUrl, webhook_events_filter: ['completed'] };
}
