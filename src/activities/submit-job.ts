import type { Instant } from '../domain/instants';
import type { Job, JobErrorCode } from '../jobs/jobs';
import { findJob, recordJob, recordSubmitRefused, recordSubmitStarted, type JobRecord } from '../store/jobs';
import { markSpendRunning, type Spend } from '../store/spends';
import type { ActivityDeps } from './deps';
import { jobKindOf, jobRequestOf } from './job-request';
import { hearOf, type JobNews } from './job-news';
import type { Watch } from './keep-watch';
import { whenAvailable } from './when-available';

export type Submission =
  | { readonly outcome: 'accepted'; readonly job: Job }
  | { readonly outcome: 'rejected'; readonly code: JobErrorCode; readonly detail: string }
  /** The wish to stop, or the end of the model, came before the provider had anything to stop. */
  | { readonly outcome: 'stopped' }
  /** Past the deadline. The id is of a job that the provider may have and could not be asked about. */
  | { readonly outcome: 'overdue'; readonly providerId: string | null };

export interface JobTerms {
  readonly deadlineAt: Instant;
  readonly stop: () => boolean;
  /** Whether an operator no longer waits for the provider. */
  readonly givenUp: () => Promise<boolean>;
}

/** How the work waits, and whom it tells. */
export interface Waits {
  readonly watch: Watch;
  readonly news: JobNews;
}

/** Between two submits whose outcome was unknown. */
const UNKNOWN_PAUSE_MS = { first: 1_000, max: 30_000 } as const;

/**
 * Brings the work of a spend to the provider exactly once, whatever earlier attempts did: a job that is known is asked
 * for, an attempt whose outcome is unknown is asked about by our own id before anything is submitted again.
 */
export async function submitJob(
  deps: ActivityDeps,
  spend: Spend,
  terms: JobTerms,
  { watch, news }: Waits,
): Promise<Submission> {
  let unknownPauseMs: number = UNKNOWN_PAUSE_MS.first;
  for (;;) {
    const known = await findKnownJob(deps, spend, terms, { watch, news });
    if (known !== 'none') return known;
    if (terms.stop()) return { outcome: 'stopped' };
    if ((await deps.clock.now()) >= terms.deadlineAt) return { outcome: 'overdue', providerId: null };
    const request = await jobRequestOf(deps, spend, terms.deadlineAt);
    if (request === undefined) return { outcome: 'stopped' };
    await recordSubmitStarted(deps.db, spend.id, request.kind, await deps.clock.now());
    news.phase(`submits the job to the provider, until ${terms.deadlineAt} at the latest`);
    const answer = await deps.jobs.submit(request);
    switch (answer.outcome) {
      case 'accepted':
        return accept(deps, spend, answer.job, news);
      case 'rejected':
        await recordSubmitRefused(deps.db, spend.id, await deps.clock.now());
        return answer;
      case 'busy':
        await recordSubmitRefused(deps.db, spend.id, await deps.clock.now());
        news.trouble(`A submit was not taken: ${answer.detail}`);
        await watch.pause(answer.retryAfterSeconds * 1000);
        break;
      case 'unknown':
        news.trouble(`It is not known whether the provider took the job: ${answer.detail}`);
        deps.logger.warn({ spendId: spend.id, detail: answer.detail }, 'the outcome of a submit is unknown');
        await watch.pause(unknownPauseMs);
        unknownPauseMs = Math.min(unknownPauseMs * 2, UNKNOWN_PAUSE_MS.max);
    }
  }
}

/** The job that an earlier attempt made; 'none' when nothing was made and a submit is safe. */
async function findKnownJob(
  deps: ActivityDeps,
  spend: Spend,
  terms: JobTerms,
  { watch, news }: Waits,
): Promise<Submission | 'none'> {
  const record = await findJob(deps.db, spend.id);
  if (record === undefined || isUnsubmitted(record)) return 'none';
  const id = record.providerId ?? (deps.jobs.capabilities.lookupByOwnId ? spend.id : undefined);
  if (id === undefined) {
    return lost('The provider did not say whether it took the job, and it cannot be asked by our id.');
  }
  news.phase(`asks the provider about the job that it may have, until ${terms.deadlineAt} at the latest`);
  const found = await whenAvailable(() => deps.jobs.find(jobKindOf(spend), id), {
    pause: (ms) => watch.pause(ms),
    isOver: async () => (await deps.clock.now()) >= terms.deadlineAt || (await terms.givenUp()),
    hear: hearOf(news),
  });
  if (found === 'over') return { outcome: 'overdue', providerId: id };
  if (found !== undefined) return accept(deps, spend, found, news);
  return record.providerId === null ? 'none' : lost('The provider no longer knows the job.');
}

function isUnsubmitted(record: JobRecord): boolean {
  return record.providerId === null && record.submitStartedAt === null;
}

async function accept(deps: ActivityDeps, spend: Spend, job: Job, news: JobNews): Promise<Submission> {
  news.said(job);
  news.over();
  const at = await deps.clock.now();
  await recordJob(deps.db, spend.id, job, at);
  await markSpendRunning(deps.db, spend.id, at);
  return { outcome: 'accepted', job };
}

function lost(detail: string): Submission {
  return { outcome: 'rejected', code: 'provider_error', detail };
}
