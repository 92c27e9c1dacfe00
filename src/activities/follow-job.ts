import { Context } from '@temporalio/activity';
import type { Job } from '../jobs/jobs';
import { findJob, recordHeardJob } from '../store/jobs';
import type { Spend } from '../store/spends';
import { spendWorkflowId } from '../workflows/messages';
import { ring, silence } from './alarms';
import type { ActivityDeps } from './deps';
import { hearOf, type JobNews } from './job-news';
import { jobKindOf, jobRequestOf } from './job-request';
import type { JobTerms } from './submit-job';
import { lookAtJob } from './look-at-job';
import { unlessUnavailable } from './when-available';

/** Follows one job of a provider from its acceptance on. */
export interface JobFollower {
  /** The job as it stands now; the same as before while nothing is heard of it. */
  look(job: Job): Promise<Job>;
  /** Asks the provider to stop it; false: it cannot be asked now. */
  askToStop(job: Job): Promise<boolean>;
  /** Nobody follows it any longer: whoever was told of its silence is told that it is over. */
  close(): Promise<void>;
}

/** A job that is unknown when it is told to stop has perhaps ended just now, and its report is on its way. */
const REPORT_GRACE_MS = 3_000;
/** How often a job that its provider has forgotten is begun anew. */
const BEGUN_ANEW_MAX = 1;

/**
 * Looks at a job, and sees when nothing is heard of it: a provider that can be asked does not answer, or one that only
 * reports does not report. A person is told by an alarm. A provider that cannot be asked is asked by the same submit: it
 * answers how a running job stands, and begins anew what it has forgotten, once; a second time the work is given up. That
 * is safe since nothing was delivered: had it been, it would have been heard. Silence is counted in real time, anew after
 * each start of the activity.
 */
export function followJob(
  deps: ActivityDeps,
  spend: Spend,
  { terms, news }: { readonly terms: JobTerms; readonly news: JobNews },
): JobFollower {
  const kind = jobKindOf(spend);
  const subject = { kind: 'silent_job', subject: spend.id } as const;
  // An earlier attempt may have told of a silence that has ended since.
  let isTold = Context.current().info.attempt > 1;
  let heardAtMs = performance.now();
  let seenReportAt: string | null = null;
  let unknownSinceMs: number | undefined;
  let begunAnew = 0;

  const heard = async (): Promise<void> => {
    heardAtMs = performance.now();
    if (isTold) await silence(deps, subject, await deps.clock.now());
    isTold = false;
  };

  const tell = async (why: string): Promise<void> => {
    heardAtMs = performance.now();
    isTold = true;
    news.trouble(`The provider says nothing of the job: ${why}`);
    const minutes = Math.round(deps.jobSilenceMs / 60_000);
    const todo = `The job provider has accepted the job of spend ${spend.id} and said nothing of it for ${minutes} minutes: ${why}. See whether the provider works and reaches this installation's webhooks; at ${terms.deadlineAt} the credits are given back.`;
    const workflowId = spendWorkflowId(spend.id);
    const cause = { ...subject, customerId: spend.customerId, workflowId, todo };
    await ring(deps, cause, await deps.clock.now());
  };

  /** A word of a provider that answers no questions, as far as one has come. */
  const lookForReport = async (job: Job): Promise<Job> => {
    const record = await findJob(deps.db, spend.id);
    const reportAt = record?.heardAt ?? null;
    const reported = record?.heardObject ?? job;
    if (reportAt !== seenReportAt) {
      await heard();
      news.said(reported);
      news.over();
    }
    seenReportAt = reportAt;
    return reported;
  };

  const askAgain = async (job: Job): Promise<Job> => {
    if (terms.stop()) {
      await askToStop(job);
      await tell('it was told to stop');
      return job;
    }
    const request = await jobRequestOf(deps, spend, terms.deadlineAt);
    if (request === undefined) return ended(job, 'The model was deleted, and the provider is silent.');
    const answer = await deps.jobs.submit(request);
    switch (answer.outcome) {
      case 'rejected':
        return { ...job, status: 'failed', error: { code: answer.code, detail: answer.detail } };
      case 'busy':
        await tell('it has forgotten the job, and its places are taken by others');
        return job;
      case 'unknown':
        await tell(answer.detail);
        return job;
      case 'accepted':
        if (answer.job.status === 'starting') return beginAnew(answer.job);
        await heard();
        news.said(answer.job);
        news.over();
        return answer.job;
    }
  };

  const beginAnew = async (job: Job): Promise<Job> => {
    begunAnew += 1;
    if (begunAnew > BEGUN_ANEW_MAX) {
      await askToStop(job);
      return ended(job, 'The provider has forgotten the job twice and never said what became of it.');
    }
    deps.logger.warn({ spendId: spend.id }, 'the provider had forgotten a job and has begun it anew');
    heardAtMs = performance.now();
    return job;
  };

  const askToStop = async ({ providerId }: Job): Promise<boolean> => {
    const answer = await unlessUnavailable(() => deps.jobs.cancel(kind, providerId), hearOf(news));
    if (answer === 'unknown_job') unknownSinceMs ??= performance.now();
    return answer !== 'unavailable';
  };

  return {
    async look(job) {
      const { poll } = deps.jobs.capabilities;
      if (!poll) {
        const reported = await lookForReport(job);
        if (hasEnded(reported)) return reported;
        const isGone = unknownSinceMs !== undefined && performance.now() - unknownSinceMs > REPORT_GRACE_MS;
        if (isGone) return { ...reported, status: 'canceled', outputs: [] };
        if (performance.now() - heardAtMs < deps.jobSilenceMs) return reported;
        return keep(deps, spend, await askAgain(reported));
      }
      const found = await unlessUnavailable(() => lookAtJob(deps, spend, job.providerId), hearOf(news));
      if (found !== 'unavailable') {
        await heard();
        const seen = found ?? ended(job, 'The provider no longer knows the job.');
        news.said(seen);
        news.over();
        return seen;
      }
      if (performance.now() - heardAtMs >= deps.jobSilenceMs) await tell('it does not answer');
      return job;
    },

    askToStop,

    async close() {
      if (isTold) await heard();
    },
  };
}

/** What ended with an answer is kept as what ends with a report: it will not be said again. */
async function keep(deps: ActivityDeps, spend: Spend, job: Job): Promise<Job> {
  if (hasEnded(job)) {
    const { providerId } = job;
    await recordHeardJob(deps.db, spend.id, { providerId, heard: job }, await deps.clock.now());
  }
  return job;
}

/** Whether a job goes no further. */
export function hasEnded({ status }: Job): boolean {
  return status !== 'starting' && status !== 'processing';
}

/** A job of which its provider will say nothing more: nothing was delivered. */
function ended(job: Job, detail: string): Job {
  return { ...job, status: 'failed', outputs: [], error: { code: 'provider_error', detail } };
}
