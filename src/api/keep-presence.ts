import { setTimeout as delay } from 'node:timers/promises';
import { ABSENCE_MS_MIN } from '../domain/spends/silence';
import { recordPresence } from '../store/presence';
import type { ApiDeps } from './deps';

/** Several times within what counts as an absence, so that a slow statement is none. */
const PAUSE_MS = ABSENCE_MS_MIN / 3;

/**
 * Keeps it in the database that the API can be reached, until the process ends: the silence of external work is not counted while
 * nothing could be heard of it. Returns when it is recorded for the first time, or cannot be.
 */
export async function keepPresence({
  db,
  clock,
  logger,
  closing,
}: Pick<ApiDeps, 'db' | 'clock' | 'logger' | 'closing'>): Promise<void> {
  const record = async (): Promise<void> => {
    try {
      await recordPresence(db, await clock.now());
    } catch (error) {
      logger.warn({ err: error }, 'the presence of the API cannot be recorded');
    }
  };
  const keep = async (): Promise<void> => {
    for (;;) {
      await delay(PAUSE_MS, undefined, { signal: closing });
      await record();
    }
  };
  await record();
  // It ends with the process, whose database closes then.
  keep().catch(() => undefined);
}
