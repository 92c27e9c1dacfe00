import type { Job } from '../../jobs/jobs';
import { findJob } from '../../store/jobs';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { jobKindOf } from './job-request';

/**
 * The present state of a job: polled at the provider or, where polling is impossible, as it was last reported. Undefined when the
 * provider knows no such job. Throws `DomainError('unavailable')` when the provider cannot be asked now.
 */
export async function lookAtJob(
  deps: Pick<ActivityDeps, 'db' | 'jobs'>,
  spend: Spend,
  providerId: string,
): Promise<Job | undefined> {
  if (deps.jobs.capabilities.poll) return deps.jobs.find(jobKindOf(spend), providerId);
  const record = await findJob(deps.db, spend.id);
  return record?.heardObject ?? record?.lastObject ?? undefined;
}
