import { DomainError } from '../../domain/errors';

const PAUSE_MS = { first: 250, max: 10_000 } as const;

/** Is told of each call that failed, and why. */
type HearTrouble = (trouble: DomainError) => void;

/**
 * Repeats a call while the other side is unavailable, with growing pauses in real time (where time is simulated, a workflow's own
 * retries would be skipped). Answers 'over' when `isOver` says so before the call succeeded.
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

/** Makes one call; answers 'unavailable' when the other side is unavailable now. */
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
