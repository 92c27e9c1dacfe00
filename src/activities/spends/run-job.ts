import { plusMs, type Instant } from '../../domain/instants';
import type { JobEnd } from '../../domain/spends/settlement';
import type { Job, JobKind } from '../../jobs/jobs';
import { recordJob } from '../../store/jobs';
import { getSpend, type Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { followJob, hasEnded, vanished, type JobFollower } from './follow-job';
import { isGivenUp } from './is-given-up';
import { createJobNews, hearOf, type JobNews } from './job-news';
import { jobKindOf } from './job-request';
import type { JobTerms } from './job-terms';
import { keepWatch, type Watch } from './keep-watch';
import { lookAtJob } from './look-at-job';
import { submitJob } from './submit-job';
import { unlessUnavailable, whenAvailable } from './when-available';
import type { JobOutcome } from './work';
import { providerWorkOf } from './works';

export interface RunJob {
  readonly spendId: string;
  readonly deadlineAt: Instant;
  /** True: the work is only stopped; nothing new is started. */
  readonly stop: boolean;
}

/** Between two questions to the provider, should no webhook come. */
const POLL_MS = { first: 400, max: 10_000 } as const;
/** How long past its deadline a job is waited for after it was told to stop. */
const STOP_PATIENCE_MS = 30_000;

/**
 * Runs the job of a spend from its submit until it has ended and its outputs are stored. One activity, open and heartbeating all
 * the while; woken by the provider's webhook, otherwise polling with growing pauses. Repeatable at any point: it continues from
 * what app.jobs says. Asked to stop, it tells the provider and answers with what was delivered by then. Past the deadline the
 * provider is told to stop too, and what comes then is recorded and not charged. When an operator gives the spend up, it stops
 * waiting at once. Its heartbeats say what it waits for and what went wrong.
 */
export async function runJob(deps: ActivityDeps, input: RunJob): Promise<JobOutcome> {
  return keepWatch(async (watch) => {
    const unwatch = deps.jobNotices.watch(input.spendId, () => watch.wake());
    try {
      const spend = await getSpend(deps.db, input.spendId);
      const stop = () => input.stop || watch.stopRequested;
      const givenUp = isGivenUp(deps, spend.workflowId, stop);
      const terms = { deadlineAt: input.deadlineAt, stop, givenUp };
      return await run(deps, spend, terms, {
        watch,
        news: createJobNews(watch, providerWorkOf(spend).piecesOf(spend)),
      });
    } finally {
      unwatch();
    }
  });
}

async function run(
  deps: ActivityDeps,
  spend: Spend,
  terms: JobTerms,
  { watch, news }: { readonly watch: Watch; readonly news: JobNews },
): Promise<JobOutcome> {
  const waiting = { spend, kind: jobKindOf(spend), terms, watch, news };
  const submission = await submitJob(deps, spend, terms, { watch, news });
  switch (submission.outcome) {
    case 'rejected':
      return nothing('failed', { code: submission.code, detail: submission.detail });
    case 'stopped':
      return nothing('canceled', null);
    case 'overdue':
      if (submission.providerId !== null) await tellToStop(deps, submission.providerId, waiting);
      return overdue(terms);
    case 'accepted': {
      const follower = followJob(deps, spend, { terms, news });
      const job = await awaitEnd(deps, submission.job, { ...waiting, follower });
      await follower.close();
      await recordJob(deps.db, spend.id, job, await deps.clock.now());
      if (hasEnded(job) && !isLate(job, terms)) return deliver(deps, spend, job, waiting);
      if (await terms.givenUp()) return leave(deps, spend, job, waiting);
      await recordJob(deps.db, spend.id, await endLate(deps, job, waiting), await deps.clock.now());
      return overdue(terms);
    }
  }
}

/** A submitted job and what is needed to wait for its end. */
interface SubmittedJob {
  readonly spend: Spend;
  readonly kind: JobKind;
  readonly terms: JobTerms;
  readonly watch: Watch;
  readonly news: JobNews;
}

/** Waits for the job to end. A job that has not ended when this returns is past its deadline, or given up. */
async function awaitEnd(
  deps: ActivityDeps,
  submitted: Job,
  { terms, watch, news, follower }: SubmittedJob & { readonly follower: JobFollower },
): Promise<Job> {
  let job = submitted;
  let told = false;
  for (let pollMs: number = POLL_MS.first; !hasEnded(job); pollMs = Math.min(pollMs * 1.5, POLL_MS.max)) {
    news.phase(phaseOf(terms, told));
    if ((await deps.clock.now()) >= terms.deadlineAt || (await terms.givenUp())) return job;
    if (terms.stop() && !told) {
      told = await follower.askToStop(job);
      news.phase(phaseOf(terms, told));
      pollMs = POLL_MS.first;
    }
    await watch.pause(pollMs);
    job = await follower.look(job);
  }
  return job;
}

function phaseOf({ stop, deadlineAt }: JobTerms, told: boolean): string {
  const until = `until ${deadlineAt} at the latest`;
  if (!stop()) return `waiting for the provider to finish, ${until}`;
  return told
    ? `has told the provider to stop, and is waiting for its answer, ${until}`
    : `trying to tell the provider to stop, ${until}`;
}

/** Looks at the job once; when the provider cannot be asked, answers the job as it was. */
async function look(deps: ActivityDeps, job: Job, { spend, news }: SubmittedJob): Promise<Job> {
  const found = await unlessUnavailable(() => lookAtJob(deps, spend, job.providerId), hearOf(news));
  if (found === 'unavailable') return job;
  const seen = found ?? vanished(job);
  news.said(seen);
  news.over();
  return seen;
}

/** One request to stop; false when the provider cannot be reached. */
async function tryToStop(
  deps: ActivityDeps,
  providerId: string,
  { kind, news }: SubmittedJob,
): Promise<boolean> {
  const stopped = await unlessUnavailable(() => deps.jobs.cancel(kind, providerId), hearOf(news));
  return stopped !== 'unavailable';
}

/**
 * Ends a job that was given up, without waiting: tells the provider to stop once, and takes what is delivered by now, at once or
 * not at all. A job that had ended by itself in time keeps its own outcome.
 */
async function leave(deps: ActivityDeps, spend: Spend, job: Job, waiting: SubmittedJob): Promise<JobOutcome> {
  waiting.news.phase('given up by an operator: storing what is already delivered');
  if (!(await tryToStop(deps, job.providerId, waiting))) return nothing('canceled', null);
  const last = await unlessUnavailable(() => lookAtJob(deps, spend, job.providerId), hearOf(waiting.news));
  // A provider that has forgotten the job tells nothing of its end: the operator's reason is what counts.
  if (last === 'unavailable' || last === undefined) return nothing('canceled', null);
  await recordJob(deps.db, spend.id, last, await deps.clock.now());
  return isLate(last, waiting.terms) ? nothing('canceled', null) : deliver(deps, spend, last, waiting);
}

/** Asks the provider to stop a job that is past its deadline, and answers the job as it is after a short wait. */
async function endLate(deps: ActivityDeps, job: Job, waiting: SubmittedJob): Promise<Job> {
  if (hasEnded(job)) return job;
  await tellToStop(deps, job.providerId, waiting);
  const { isOver, pause } = stopPatience(deps, waiting);
  let late = job;
  while (!hasEnded(late) && !(await isOver())) {
    await pause(POLL_MS.first);
    late = await look(deps, late, waiting);
  }
  return late;
}

/** Asks the provider to stop a job past its deadline: at least once, and for a while if it cannot be reached. */
async function tellToStop(deps: ActivityDeps, providerId: string, waiting: SubmittedJob): Promise<void> {
  waiting.news.phase('past the deadline: telling the provider to stop, and nothing is charged');
  await whenAvailable(() => deps.jobs.cancel(waiting.kind, providerId), stopPatience(deps, waiting));
}

function stopPatience(deps: ActivityDeps, { terms, watch, news }: SubmittedJob) {
  const givesUpAt = plusMs(terms.deadlineAt, STOP_PATIENCE_MS);
  return {
    pause: (ms: number) => watch.pause(ms),
    isOver: async () => (await deps.clock.now()) >= givesUpAt || (await terms.givenUp()),
    hear: hearOf(news),
  };
}

/** Stores what a job delivered and says how it ended. */
async function deliver(
  deps: ActivityDeps,
  spend: Spend,
  job: Job,
  waiting: SubmittedJob,
): Promise<JobOutcome> {
  const { terms, watch, news } = waiting;
  const delivery = await providerWorkOf(spend).collect(deps, spend, delivered(job), { terms, watch, news });
  const { pieces, units, left, images, modelVersion } = delivery;
  const isCutOff = left > 0 && (await terms.givenUp());
  const end = isCutOff
    ? ({ status: 'canceled', failure: null } as const)
    : endOf(job, { stopped: terms.stop(), failure: delivery.failure, isEmpty: pieces === 0 });
  return { end: { ...end, delivered: units }, images, modelVersion };
}

/** An aborted job never began: providers do not charge for it, whatever outputs it may have. A model is whole or not there. */
function delivered(job: Job): Job {
  return {
    ...job,
    outputs: job.status === 'aborted' ? [] : job.outputs,
    modelVersion: job.status === 'succeeded' ? job.modelVersion : null,
  };
}

function endOf(
  job: Job,
  { stopped, failure, isEmpty }: { stopped: boolean; failure: JobEnd['failure']; isEmpty: boolean },
): Pick<JobEnd, 'status' | 'failure'> {
  if (job.status === 'succeeded') {
    if (!isEmpty) return { status: 'succeeded', failure };
    const nothing = { code: 'provider_error', detail: 'Nothing was delivered.' };
    return { status: 'failed', failure: failure ?? nothing };
  }
  if (job.status !== 'failed' && stopped) return { status: 'canceled', failure: null };
  const why = job.error ?? {
    code: 'provider_error',
    detail: `The provider ended the job as ${job.status}.`,
  };
  return { status: 'failed', failure: why };
}

function overdue({ stop }: JobTerms): JobOutcome {
  const failure = { code: 'timeout', detail: 'The work was not done by its deadline.' };
  return stop() ? nothing('canceled', null) : nothing('failed', failure);
}

function nothing(status: JobEnd['status'], failure: JobEnd['failure']): JobOutcome {
  return { end: { status, failure, delivered: 0 }, images: [], modelVersion: null };
}

/** By the provider's own time: a job is not late because its end was seen late. */
function isLate({ completedAt }: Job, { deadlineAt }: JobTerms): boolean {
  return completedAt !== null && completedAt > deadlineAt;
}
