import { setTimeout as delay } from 'node:timers/promises';
import { epochMsOf, type Instant } from '../../src/domain/instants';
import type { TimeServer } from './time-server';

/** Why the clock cannot be advanced as it was asked. */
export class AdvanceRefused extends Error {
  constructor(
    readonly status: 400 | 503,
    message: string,
  ) {
    super(message);
    this.name = 'AdvanceRefused';
  }
}

/** How long one look lasts at whether anything still runs, in the sandbox's time. */
const LOOK_MS = 25;
/** So many looks in a row must find nothing. */
const QUIET_LOOKS = 2;
/** Nobody plays longer in one go, and every instant after it can still be written down. */
const DISTANCE_MS_MAX = 101 * 366 * 86_400_000;
/** So long on the wall's clock may pass without any time being skipped. */
const STUCK_MS = 120_000;

/**
 * Makes `advance`: it lets time pass until the instant that `target` names and answers what time it is when all that was
 * due by then has been carried out. Calls wait for each other. Throws `AdvanceRefused`: 400 when there is no such instant or it
 * has passed, 503 with what is still running when something holds the clock for two minutes; what was begun then goes
 * on, and the next call waits for it first.
 */
export function createAdvance(parts: {
  readonly timeServer: TimeServer;
  /** Has the driver carry out everything that is due by now. */
  readonly catchUp: () => Promise<void>;
  readonly describePendingWork: () => Promise<string>;
  readonly stuckMs?: number;
}): (target: (now: Instant) => Instant | undefined) => Promise<Instant> {
  const { timeServer, catchUp, describePendingWork, stuckMs = STUCK_MS } = parts;
  let last: Promise<unknown> = Promise.resolve();

  async function run(target: (now: Instant) => Instant | undefined): Promise<Instant> {
    const now = await timeServer.now();
    const to = target(now);
    const distanceMs = to === undefined ? Infinity : epochMsOf(to) - epochMsOf(now);
    if (distanceMs > DISTANCE_MS_MAX)
      throw new AdvanceRefused(
        400,
        'Give a duration such as "P1M" or "PT90M", or an instant such as "2027-01-31T10:00:00Z", within a hundred years.',
      );
    if (distanceMs < 0) throw new AdvanceRefused(400, `It is already ${now}, and the clock cannot go back.`);
    // The driver learns of what the API has put on the calendar since it last looked: a hold that expires.
    await catchUp();
    if (distanceMs > 0) await timeServer.pass(distanceMs);
    await catchUp();
    await settle();
    return timeServer.now();
  }

  /** The time passes before the work due at its end is done. A look that is over sooner than it lasts proves that nothing runs. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_LOOKS;) {
      const startedAt = performance.now();
      await timeServer.pass(LOOK_MS);
      quiet = performance.now() - startedAt < LOOK_MS ? quiet + 1 : 0;
    }
  }

  return async (target) => {
    const running = last.then(() => run(target));
    const ended = new AbortController();
    last = running.catch(() => undefined).finally(() => ended.abort());
    return Promise.race([running, whenStuck(ended.signal)]);
  };

  /** Rejects when for so long hardly more time has passed here than on the wall; else it never settles. */
  async function whenStuck(ended: AbortSignal): Promise<never> {
    let since = { wall: performance.now(), time: epochMsOf(await timeServer.now()) };
    const isOver = async (): Promise<boolean> => {
      await delay(1_000, undefined, { signal: ended }).catch(() => undefined);
      return ended.aborted;
    };
    while (!(await isOver())) {
      const seen = { wall: performance.now(), time: epochMsOf(await timeServer.now()) };
      const skippedMs = seen.time - since.time - (seen.wall - since.wall);
      if (skippedMs > 1_000) since = seen;
      else if (seen.wall - since.wall > stuckMs) {
        throw new AdvanceRefused(
          503,
          `The clock is held by work that goes on: ${await describePendingWork()}.`,
        );
      }
    }
    return new Promise<never>(() => undefined);
  }
}
