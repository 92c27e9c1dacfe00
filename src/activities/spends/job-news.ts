import type { DomainError } from '../../domain/errors';
import { instantOf, type Instant } from '../../domain/instants';
import type { Job } from '../../jobs/jobs';
import type { Watch } from './keep-watch';

/**
 * The heartbeat details of the running work, in words, for an operator who opens the pending activity in the Web UI. Temporal
 * keeps only the last ones, outside the history, so they may change every second. Instants are wall time.
 */
export interface JobDetails {
  /** What the activity does or waits for. */
  readonly phase: string;
  readonly provider: string;
  readonly delivered: string;
  readonly lastTrouble: string;
}

export interface JobNews {
  phase(words: string): void;
  /** The provider has answered with this job. */
  said(job: Job): void;
  /** So many pictures are stored. */
  delivered(count: number): void;
  /** A call failed. The same failure again is only counted. */
  trouble(words: string): void;
  /** What failed works again. */
  over(): void;
}

interface Trouble {
  readonly words: string;
  readonly since: Instant;
  readonly times: number;
  readonly until: Instant | null;
}

/** Begins with what the previous attempt said last, so that its trouble can still be read. */
export function createJobNews(watch: Pick<Watch, 'tell' | 'told'>, quantity: number): JobNews {
  let before = detailsOf(watch.told);
  let phase = 'begins';
  let provider = before?.provider ?? 'has said nothing yet';
  let stored = 0;
  let trouble: Trouble | null = null;
  const tell = () => {
    const lastTrouble = trouble === null ? (before?.lastTrouble ?? 'none') : wordsOf(trouble);
    watch.tell({ phase, provider, delivered: `${stored} of ${quantity}`, lastTrouble } satisfies JobDetails);
  };
  tell();
  return {
    phase(words) {
      phase = words;
      tell();
    },
    said({ status, progressPercent, error }) {
      const progress = progressPercent === null ? '' : `, ${progressPercent} %`;
      const why = error === null ? '' : `, ${error.code}: ${error.detail}`;
      provider = `said at ${wallNow()}: ${status}${progress}${why}`;
      tell();
    },
    delivered(count) {
      stored = count;
      tell();
    },
    trouble(words) {
      const goesOn = trouble !== null && trouble.words === words && trouble.until === null;
      trouble =
        goesOn && trouble !== null
          ? { ...trouble, times: trouble.times + 1 }
          : { words, since: wallNow(), times: 1, until: null };
      before = undefined;
      tell();
    },
    over() {
      if (trouble === null || trouble.until !== null) return;
      trouble = { ...trouble, until: wallNow() };
      tell();
    },
  };
}

/** Reports failed calls in their own words. */
export function hearOf(news: JobNews): (trouble: DomainError) => void {
  return ({ message }) => news.trouble(message);
}

function wordsOf({ words, since, times, until }: Trouble): string {
  const often = times === 1 ? '' : `, ${times} times`;
  return `${words} (${until === null ? `since ${since}` : `from ${since} to ${until}, over now`}${often})`;
}

/** Reads the details of an earlier attempt, which may have run in another release. */
function detailsOf(told: unknown): Pick<JobDetails, 'provider' | 'lastTrouble'> | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const { provider, lastTrouble } = told as Record<string, unknown>;
  return typeof provider === 'string' && typeof lastTrouble === 'string'
    ? { provider, lastTrouble }
    : undefined;
}

function wallNow(): Instant {
  return instantOf(performance.timeOrigin + performance.now());
}
