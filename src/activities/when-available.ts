import { DomainError } from '../domain/errors';

const PAUSE_MS = { first: 250, max: 10_000 } as const;

/**
 * Repeats a call while the other side cannot be asked, with growing pauses in real time (a workflow's own retries would
 * be skipped over where time is simulated). Answers 'over' when `isOver` says so before the call got through.
 */
export async function whenAvailable<Answer>(
  call: () => Promise<Answer>,
  until: { readonly pause: (ms: number) => Promise<void>; readonly isOver: () => Promise<boolean> },
): Promise<Answer | 'over'> {
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.max)) {
    const answer = await unlessUnavailable(call);
    if (answer !== 'unavailable') return answer;
    if (await until.isOver()) return 'over';
    await until.pause(pauseMs);
  }
}

/** Makes one call; answers 'unavailable' when the other side cannot be asked now. */
export async function unlessUnavailable<Answer>(
  call: () => Promise<Answer>,
): Promise<Answer | 'unavailable'> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unavailable') return 'unavailable';
    throw error;
  }
}
