import { DomainError } from '../domain/errors';

const PAUSE_MS = { first: 250, max: 10_000 } as const;

/** Hears of each call that did not get through, and why. */
type HearTrouble = (trouble: DomainError) => void;

/**
 * Repeats a call while the other side cannot be asked, with growing pauses in real time (a workflow's own retries would
 * be skipped over where time is simulated). Answers 'over' when `isOver` says so before the call got through.
 */
export async function whenAvailable<Answer>(
  call: () => Promise<Answer>,
  until: {
    readonly pause: (ms: number) => Promise<void>;
    readonly isOver: () => Promise<boolean>;
    readonly hear: HearTrouble;
  },
): Promise<Answer | 'over'> {
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.max)) {
    const answer = await unlessUnavailable(call, until.hear);
    if (answer !== 'unavailable') return answer;
    if (await until.isOver()) return 'over';
    await until.pause(pauseMs);
  }
}

/** Makes one call; answers 'unavailable' when the other side cannot be asked now. */
export async function unlessUnavailable<Answer>(
  call: () => Promise<Answer>,
  hear: HearTrouble,
): Promise<Answer | 'unavailable'> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'unavailable') throw error;
    hear(error);
    return 'unavailable';
  }
}
