import { epochMsOf, type Instant } from '../../src/domain/instants';
import type { Clock } from '../../src/platform/clock';

/** Looks again at least this often, in case the clock was set. */
const LONGEST_WAIT_MS = 60_000;

export interface Timer {
  /** Something may have come due. */
  wake(): void;
  stop(): void;
}

/** Calls `carryOut` whenever something is due by the clock. It never rejects: what fails is told and tried again. */
export function startTimer(now: Clock['now'], carryOut: (now: Instant) => Promise<Instant | null>): Timer {
  let timeout: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  let stopped = false;
  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    let wait = LONGEST_WAIT_MS;
    try {
      do {
        again = false;
        const next = await carryOut(await now());
        const untilNext = next === null ? LONGEST_WAIT_MS : epochMsOf(next) - epochMsOf(await now());
        wait = Math.min(LONGEST_WAIT_MS, Math.max(0, untilNext));
      } while (mustRepeat());
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      wait = 1000;
    } finally {
      running = false;
    }
    if (!stopped) setAlarm(wait);
  };
  const mustRepeat = (): boolean => again && !stopped;
  const setAlarm = (ms: number): void => {
    clearTimeout(timeout);
    timeout = setTimeout(() => void run(), ms);
  };
  return {
    wake() {
      if (running) again = true;
      else if (!stopped) setAlarm(0);
    },
    stop() {
      stopped = true;
      clearTimeout(timeout);
    },
  };
}
