import { Context } from '@temporalio/activity';
import { spendWorkflowId } from '../../domain/keys';
import type { Job } from '../../jobs/jobs';
import { findJob, recordHeardJob } from '../../store/jobs';
import type { Spend } from '../../store/spends';
import { ring, silence } from '../alarms';
import type { ActivityDeps } from '../deps';
import { hearOf, type JobNews } from './job-news';
import { jobKindOf, jobRequestOf } from './job-request';
import type { JobTerms } from './job-terms';
import { lookAtJob } from './look-at-job';
import { unlessUnavailable } from './when-available';

/** Follows one job of a provider from its acceptance on. */
export interface JobFollower {
  /** The job as it is now; the same as before while there is no news of it. */
  look(job: Job): Promise<Job>;
  /** Asks the provider to stop the job; false: the provider cannot be reached now. */
  askToStop(job: Job): Promise<boolean>;
  /** The job is no longer followed: an alarm about its silence ends. */
  close(): Promise<void>;
}

/** A job that the provider does not know when it is told to stop may have just ended, with its report on the way. */
const REPORT_GRACE_MS = 3_000;
/** How often a job that its provider has lost is started again. */
const BEGUN_ANEW_MAX = 1;

/**
 * Follows a job, and raises an alarm when there is no news of it: a provider that can be polled does not answer, or one that
 * only reports does not report. A provider that cannot be polled gets the same submit again: it answers the state of a running
 * job, and starts a job again that it has lost. That happens once; the second time the job has failed. Starting it again is
 * safe, because nothing was delivered: a delivery would have been reported. Silence is measured in real time and starts from
 * zero with each start of the activity.
 */
export function followJob(
  deps: ActivityDeps,
  spend: Spend,
  { terms, news }: { readonly terms: JobTerms; readonly news: JobNews },
): JobFollower {
  const kind = jobKindOf(spend);
  const subject = { kind: 'silent_job', subject: spend.id } as const;
  // An earlier attempt may have raised an alarm about a silence that has ended since.
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
    news.trouble(`The provider has not reported on the job: ${why}`);
    const todo = `The job provider accepted the job of spend ${spend.id} and has not reported on it for ${String(deps.jobSilenceMs / 1_000)} seconds: ${why}. Check that the provider works and can reach this installation's webhooks. At ${terms.deadlineAt} the credits are released.`;
    const workflowId = spendWorkflowId(spend.id);
    const cause = { ...subject, customerId: spend.customerId, workflowId, todo };
    await ring(deps, cause, await deps.clock.now());
  };

  /** The latest report of a provider that cannot be polled; the job as it was when there is none. */
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
      await tell('it was told to stop and has not answered');
      return job;
    }
    const request = await jobRequestOf(deps, spend, terms.deadlineAt);
    if (request === undefined)
      return ended(job, 'The model was deleted, and the provider does not report on the job.');
    const answer = await deps.jobs.submit(request);
    switch (answer.outcome) {
      case 'rejected':
        return { ...job, status: 'failed', error: { code: answer.code, detail: answer.detail } };
      case 'busy':
        await tell('it has lost the job, and has no free place for it');
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
      return ended(job, 'The provider lost the job twice and never reported how it ended.');
    }
    deps.logger.warn({ spendId: spend.id }, 'the provider had lost a job and has started it again');
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
        const seen = found ?? vanished(job);
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

/** An end that was learned from an answer is kept like one from a report, because the provider will not repeat it. */
async function keep(deps: ActivityDeps, spend: Spend, job: Job): Promise<Job> {
  if (hasEnded(job)) {
    const { providerId } = job;
    await recordHeardJob(deps.db, spend.id, { providerId, heard: job }, await deps.clock.now());
  }
  return job;
}

/** Whether a job has ended. */
export function hasEnded({ status }: Job): boolean {
  return status !== 'starting' && status !== 'processing';
}

/** A job that its provider will not report on any more, as failed without a delivery. */
function ended(job: Job, detail: string): Job {
  return { ...job, status: 'failed', outputs: [], error: { code: 'provider_error', detail } };
}

/** A job that its provider does not know any more. */
export function vanished(job: Job): Job {
  return ended(job, 'The provider no longer knows the job.');
}
