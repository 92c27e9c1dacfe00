import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a task again and again, each time so long after the last one ended, until the returned function is called; that one
 * returns when the last run has ended. A run that fails is reported and changes nothing.
 */
export function repeat(
  pauseMs: number,
  task: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      await task().catch(onError);
      // Rejects when it is cut short, which is how it ends.
      await delay(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const ended = loop();
  return () => {
    stop.abort();
    return ended;
  };
}
