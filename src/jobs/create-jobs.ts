import type { Instant } from '../domain/instants';
import type { Config } from '../platform/config';
import { createCogJobs } from './cog-jobs';
import { createHttpJobs } from './http-jobs';
import type { Jobs } from './jobs';
import { createReplicateJobs } from './replicate-jobs';

/** The adapter of the configured kind. `now` is the clock on which webhooks are signed. */
export function createJobs(provider: Config['jobs'], now: () => Instant): Jobs {
  switch (provider.providerKind) {
    case 'scrip':
      return createHttpJobs({ ...provider, now });
    case 'replicate':
      return createReplicateJobs({ ...provider, now });
    case 'cog':
      return createCogJobs(provider);
  }
}
