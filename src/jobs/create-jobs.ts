import type { Instant } from '../domain/instants';
import { createCogJobs } from './cog-jobs';
import { createHttpJobs } from './http-jobs';
import type { Jobs } from './jobs';
import { createReplicateJobs } from './replicate-jobs';

/** Who runs the work and how; docs: CONTRIBUTING.md, section "Configuration". */
export interface JobProvider {
  readonly providerKind: 'scrip' | 'replicate' | 'cog';
  readonly baseUrl: string;
  /** Empty where the provider asks for none. */
  readonly token: string;
  readonly submit: 'put' | 'post';
  readonly webhookSecret: string;
  /** What trains a model at the provider. */
  readonly trainerVersion: string;
  readonly trainingDestination: string | undefined;
  readonly trainingUrl: string | undefined;
  readonly weightsInput: string | undefined;
  readonly outputHosts: readonly string[];
}

/** The adapter of the configured kind. `now` is the clock on which webhooks are signed. */
export function createJobs(provider: JobProvider, now: () => Instant): Jobs {
  switch (provider.providerKind) {
    case 'scrip':
      return createHttpJobs({ ...provider, now });
    case 'replicate':
      return createReplicateJobs({ ...provider, now });
    case 'cog':
      return createCogJobs(provider);
  }
}
