import { ApplicationFailure, Context } from '@temporalio/activity';

/** How a long activity waits, and what it knows about its own attempt. */
export interface Watch {
  /** True once the workflow has asked the activity to stop: it is to bring its work to an end and answer. */
  readonly stopRequested: boolean;
  /** Ends the present pauses, or the next one, early. */
  wake(): void;
  /**
   * Waits for so long, or until something happens: a `wake`, or a request to stop. Throws when this attempt is over (the
   * worker shuts down, an operator paused or reset the activity): the next attempt continues from what is recorded.
   */
  pause(ms: number): Promise<void>;
  /** Sets the heartbeat details: plain JSON, read by people in the Web UI. */
  tell(details: unknown): void;
  /** The last heartbeat details of the previous attempt. */
  readonly told: unknown;
}

const HEARTBEAT_MS = 1_000;

/** Runs the body of a long activity, with heartbeats all the while. */
export async function keepWatch<Result>(body: (watch: Watch) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  let woken = false;
  const sleepers = new Set<() => void>();
  const told: unknown = context.info.heartbeatDetails;
  let details = told;
  const wake = () => {
    woken = sleepers.size === 0;
    for (const end of sleepers) end();
  };
  const sleep = (ms: number, resolve: () => void) => {
    const end = () => {
      clearTimeout(timer);
      sleepers.delete(end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    sleepers.add(end);
  };
  const watch: Watch = {
    get stopRequested() {
      return context.cancellationDetails?.cancelRequested ?? false;
    },
    wake,
    told,
    tell(news) {
      details = news;
    },
    async pause(ms) {
      if (!woken) await new Promise<void>((resolve) => sleep(ms, resolve));
      woken = false;
      if (signal.aborted && !watch.stopRequested) throw attemptOver();
    },
  };
  const heartbeat = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
  signal.addEventListener('abort', wake);
  try {
    return await body(watch);
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener('abort', wake);
  }
}

function attemptOver(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'This attempt is over; the next one continues.',
    type: 'attempt_over',
    nextRetryDelay: '1s',
  });
}
