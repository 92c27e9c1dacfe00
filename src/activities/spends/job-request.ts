import type { Instant } from '../../domain/instants';
import type { JobKind, JobRequest } from '../../jobs/jobs';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { providerWorkOf } from './works';

/** Which of the provider's two kinds of job a spend is. */
export function jobKindOf(spend: Spend): JobKind {
  return providerWorkOf(spend).jobKind;
}

/**
 * What the provider is asked to do for a spend. The same at every repeat, but for the instant at which links end.
 * Undefined when what it needs is gone since the credits were held: nothing new is made then.
 */
export async function jobRequestOf(
  deps: ActivityDeps,
  spend: Spend,
  deadlineAt: Instant,
): Promise<JobRequest | undefined> {
  const work = providerWorkOf(spend);
  const job = await work.jobOf(deps, spend, deadlineAt);
  if (job === undefined) return undefined;
  return {
    kind: work.jobKind,
    spendId: spend.id,
    ...job,
    webhookUrl: deps.publicUrl + deps.jobs.webhookPath(spend.id),
  };
}
