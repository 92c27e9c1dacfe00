import type { Instant } from '../../domain/instants';
import type { JobNews } from './job-news';
import type { Watch } from './keep-watch';

/** Until when a job is waited for, and who wants it to end. */
export interface JobTerms {
  readonly deadlineAt: Instant;
  readonly stop: () => boolean;
  /** Whether an operator no longer waits for the provider. */
  readonly givenUp: () => Promise<boolean>;
}

/** How the activity waits, and where it reports what it does. */
export interface Waits {
  readonly watch: Watch;
  readonly news: JobNews;
}
