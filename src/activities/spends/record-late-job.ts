import { isTerminal } from '../../domain/spends/spend';
import { findJob, forgetHeardJob, recordJob } from '../../store/jobs';
import { findSpend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { lookAtJob } from './look-at-job';
import { findProviderWork } from './works';

/** Records how a job ended whose spend is already settled: nobody is charged for it, and support can see it. */
export async function recordLateJob(
  deps: Pick<ActivityDeps, 'db' | 'jobs' | 'clock'>,
  spendId: string,
): Promise<void> {
  const spend = await findSpend(deps.db, spendId);
  if (spend === undefined || !isTerminal(spend.status) || findProviderWork(spend) === undefined) return;
  const record = await findJob(deps.db, spendId);
  const id = record?.providerId ?? (deps.jobs.capabilities.ownIds ? spendId : undefined);
  const job = id === undefined ? undefined : await lookAtJob(deps, spend, id);
  if (job !== undefined) await recordJob(deps.db, spendId, job, await deps.clock.now());
  await forgetHeardJob(deps.db, spendId);
}
