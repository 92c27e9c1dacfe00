import type { Job, JobErrorCode } from '../../jobs/jobs';
import {
  findJob,
  recordJob,
  recordSubmitRefused,
  recordSubmitStarted,
  type JobRecord,
} from '../../store/jobs';
import { markSpendRunning, type Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { hearOf, type JobNews } from './job-news';
import { jobKindOf, jobRequestOf } from './job-request';
import type { JobTerms, Waits } from './job-terms';
import { lookAtJob } from './look-at-job';
import { unlessUnavailable, whenAvailable } from './when-available';

export type Submission =
  | { readonly outcome: 'accepted'; readonly job: Job }
  | { readonly outcome: 'rejected'; readonly code: JobErrorCode; readonly detail: string }
  /** The request to stop, or the deletion of the model, came before there was a job to stop. */
  | { readonly outcome: 'stopped' }
  /** Past the deadline. The id is that of a job that the provider may have and could not be asked about; null: none. */
  | { readonly outcome: 'overdue'; readonly providerId: string | null };

/** Between two submits whose outcome was unknown. */
const UNKNOWN_PAUSE_MS = { first: 1_000, max: 30_000 } as const;

/**
 * Submits the job of a spend exactly once, whatever earlier attempts did: a job that is recorded is looked up, and after a submit
 * whose outcome is unknown the provider is asked about our id before anything is submitted again.
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
    const unheardId = await findUnheardId(deps, spend);
    if (terms.stop()) {
      if (unheardId !== null) {
        await unlessUnavailable(() => deps.jobs.cancel(jobKindOf(spend), unheardId), hearOf(news));
      }
      return { outcome: 'stopped' };
    }
    if ((await deps.clock.now()) >= terms.deadlineAt) return { outcome: 'overdue', providerId: unheardId };
    const request = await jobRequestOf(deps, spend, terms.deadlineAt);
    if (request === undefined) return { outcome: 'stopped' };
    await recordSubmitStarted(deps.db, spend.id, request.kind, await deps.clock.now());
    news.phase(`submitting the job to the provider, until ${terms.deadlineAt} at the latest`);
    const answer = await deps.jobs.submit(request);
    switch (answer.outcome) {
      case 'accepted':
        return accept(deps, spend, answer.job, news);
      case 'rejected':
        await recordSubmitRefused(deps.db, spend.id, await deps.clock.now());
        return answer;
      case 'busy':
        await recordSubmitRefused(deps.db, spend.id, await deps.clock.now());
        news.trouble(`The provider did not accept the job: ${answer.detail}`);
        await watch.pause(answer.retryAfterSeconds * 1000);
        break;
      case 'unknown':
        news.trouble(`It is unknown whether the provider accepted the job: ${answer.detail}`);
        deps.logger.warn({ spendId: spend.id, detail: answer.detail }, 'the outcome of a submit is unknown');
        await watch.pause(unknownPauseMs);
        unknownPauseMs = Math.min(unknownPauseMs * 2, UNKNOWN_PAUSE_MS.max);
    }
  }
}

/** The job that an earlier attempt made; 'none' when nothing was made, or a submit comes to the same job. */
async function findKnownJob(
  deps: ActivityDeps,
  spend: Spend,
  terms: JobTerms,
  { watch, news }: Waits,
): Promise<Submission | 'none'> {
  const record = await findJob(deps.db, spend.id);
  if (record === undefined || isUnsubmitted(record)) return 'none';
  if (record.providerId === null) return findLostJob(deps, spend, terms, { watch, news });
  const id = record.providerId;
  news.phase(`asking the provider about the job, until ${terms.deadlineAt} at the latest`);
  const found = await whenAvailable(() => lookAtJob(deps, spend, id), patience(deps, terms, { watch, news }));
  if (found === 'over') return { outcome: 'overdue', providerId: id };
  return found === undefined
    ? lost('The provider no longer knows the job.')
    : accept(deps, spend, found, news);
}

/** The job of a submit whose answer was lost: the provider may list it late, or name it first by a webhook. */
async function findLostJob(
  deps: ActivityDeps,
  spend: Spend,
  terms: JobTerms,
  { watch, news }: Waits,
): Promise<Submission | 'none'> {
  const givesUpAtMs = performance.now() + deps.jobs.capabilities.foundAgainWithinMs;
  const kind = jobKindOf(spend);
  news.phase(`asking the provider whether it accepted the job, until ${terms.deadlineAt} at the latest`);
  let pauseMs: number = UNKNOWN_PAUSE_MS.first;
  for (;;) {
    const record = await findJob(deps.db, spend.id);
    // It has reported meanwhile, and so its id is known.
    if (record === undefined || record.submitStartedAt === null || record.providerId !== null)
      return findKnownJob(deps, spend, terms, { watch, news });
    const startedAt = record.submitStartedAt;
    const found = await whenAvailable(
      () => deps.jobs.findSubmitted(kind, { spendId: spend.id, startedAt }),
      patience(deps, terms, { watch, news }),
    );
    if (found === 'over' || (found === 'unknown' && (await terms.givenUp()))) {
      return { outcome: 'overdue', providerId: ownIdOf(deps, spend) };
    }
    if (found === 'none') return 'none';
    if (found !== 'unknown') return accept(deps, spend, found, news);
    if (performance.now() >= givesUpAtMs) {
      return lost('The provider did not say whether it accepted the job, and it cannot be asked by our id.');
    }
    await watch.pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, UNKNOWN_PAUSE_MS.max);
  }
}

function patience(deps: ActivityDeps, terms: JobTerms, { watch, news }: Waits) {
  return {
    pause: (ms: number) => watch.pause(ms),
    isOver: async () => (await deps.clock.now()) >= terms.deadlineAt || (await terms.givenUp()),
    hear: hearOf(news),
  };
}

/** The id of a job that may be running although the provider never confirmed it; null when there is none. */
async function findUnheardId(deps: ActivityDeps, spend: Spend): Promise<string | null> {
  if (deps.jobs.capabilities.poll) return null;
  const record = await findJob(deps.db, spend.id);
  return record === undefined || isUnsubmitted(record) ? null : ownIdOf(deps, spend);
}

/** The id that a job has before its provider has named it; null where the provider gives ids of its own. */
function ownIdOf({ jobs }: ActivityDeps, { id }: Spend): string | null {
  return jobs.capabilities.ownIds ? id : null;
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
