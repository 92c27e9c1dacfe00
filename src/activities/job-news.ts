import type { DomainError } from '../domain/errors';
import { instantOf, type Instant } from '../domain/instants';
import type { Job } from '../jobs/jobs';
import type { Watch } from './keep-watch';

/**
 * What the heartbeats of the work say, in words, for whoever opens the pending activity in the Web UI. Temporal keeps the last
 * ones and writes none into the history, so they may change every second. Instants are wall time.
 */
export interface JobDetails {
  /** What is being done, or waited for. */
  readonly phase: string;
  readonly provider: string;
  readonly delivered: string;
  readonly lastTrouble: string;
}

export interface JobNews {
  phase(words: string): void;
  /** The provider has answered: so it is there, and this is what it said. */
  said(job: Job): void;
  /** So many pictures, or models, are safe here. */
  delivered(count: number): void;
  /** Something did not get through. The same again only counts. */
  trouble(words: string): void;
  /** What was in trouble works again. */
  over(): void;
}

interface Trouble {
  readonly words: string;
  readonly since: Instant;
  readonly times: number;
  readonly until: Instant | null;
}

/** Begins with what the attempt before this one said last, so that its trouble is still to be read. */
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

/** Tells of a side that cannot be asked now, by its own words. */
export function hearOf(news: JobNews): (trouble: DomainError) => void {
  return ({ message }) => news.trouble(message);
}

function wordsOf({ words, since, times, until }: Trouble): string {
  const often = times === 1 ? '' : `, ${times} times`;
  return `${words} (${until === null ? `since ${since}` : `from ${since} to ${until}, over now`}${often})`;
}

/** Whatever a heartbeat of another release held. */
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
