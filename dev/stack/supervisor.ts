import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended, stopProcess } from './launch';
import type { Part, PartName } from './part';
import { startProcess, type StartedProcess } from './started-process';

const READY_TIMEOUT_MS = 60_000;
const DEATHS_MAX = 5;
const DEATHS_WINDOW_MS = 60_000;
/** Doubled with every death in the window: a neighbour that is away for a second does not use up all chances. */
const FIRST_PAUSE_MS = 100;

export interface Supervisor {
  /** Starts a part and keeps it running. Resolves when it is ready for the first time, rejects when it was given up. */
  start(part: Part): Promise<void>;
  pids(): Readonly<Partial<Record<PartName, number>>>;
  /** Stops the named parts, those that run; each is killed after the grace. From then on nothing is started any more. */
  stop(names: readonly PartName[], graceMs: number): Promise<void>;
  /** Rejects when a part was given up. */
  readonly givenUp: Promise<never>;
}

export interface SupervisorEvents {
  say(line: string): void;
  /** A process has come into being, and must be known to the next start. */
  spawned(name: PartName, pid: number): Promise<void>;
  /** A part that died is ready again. */
  restarted(name: PartName): Promise<void>;
  /** Parts whose death is the end of the stack; none unless told. */
  readonly irreplaceable?: readonly PartName[];
}

/** Watches the processes of a stack: what dies is started again, until it has died five times within a minute. */
export function createSupervisor(logs: string, events: SupervisorEvents): Supervisor {
  const running = new Map<PartName, StartedProcess>();
  const parts = new Map<PartName, Part>();
  let stopping = false;
  let giveUp: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // Whoever waits for it handles it; without a waiter it must not end the process.
  givenUp.catch(() => undefined);

  async function keepRunning(part: Part, firstReady: () => void): Promise<void> {
    const logFile = join(logs, `${part.name}.log`);
    const deaths: number[] = [];
    while (parts.get(part.name) === part) {
      const started = startProcess(part.launch, logFile);
      running.set(part.name, started);
      if (started.child.pid !== undefined) await events.spawned(part.name, started.child.pid);
      const outcome = await becomeReady(part, started);
      if (parts.get(part.name) !== part) return;
      if (outcome.ready) {
        if (deaths.length > 0) await events.restarted(part.name);
        firstReady();
      }
      const { code, signal } = await ended(started.child);
      if (parts.get(part.name) !== part) return;
      running.delete(part.name);
      const now = performance.now();
      deaths.push(now);
      const recent = deaths.filter((at) => now - at < DEATHS_WINDOW_MS).length;
      const how = outcome.failure ?? signal ?? `exit code ${String(code)}`;
      if (events.irreplaceable?.includes(part.name) === true) {
        throw new Error(await obituary(`${part.name} ended (${how}), and nothing can replace it`, logFile));
      }
      if (recent >= DEATHS_MAX) {
        const times = `${part.name} ended ${String(DEATHS_MAX)} times within a minute (${how})`;
        throw new Error(await obituary(times, logFile));
      }
      events.say(`${part.name} ended (${how}); starting it again`);
      await delay(FIRST_PAUSE_MS * 2 ** (recent - 1));
    }
  }

  return {
    givenUp,
    start: (part) =>
      new Promise((resolve, reject) => {
        // A start that is under way when the stop comes goes no further.
        if (stopping) throw new Error('The stack is stopping');
        parts.set(part.name, part);
        keepRunning(part, resolve).catch((error: unknown) => {
          const reason = error instanceof Error ? error : new Error(String(error));
          giveUp(reason);
          reject(reason);
        });
      }),
    pids: () =>
      Object.fromEntries(
        [...running].flatMap(([name, { child }]) => (child.pid === undefined ? [] : [[name, child.pid]])),
      ),
    async stop(names, graceMs) {
      stopping = true;
      await Promise.all(
        names.map(async (name) => {
          const part = parts.get(name);
          parts.delete(name);
          const started = running.get(name);
          if (part === undefined || started === undefined) return;
          await stopProcess(started.child, part.stopSignal, graceMs);
          running.delete(name);
        }),
      );
    },
  };
}

/** A process that lives on without getting ready is ended, so that there is one way to go on. */
async function becomeReady(
  part: Part,
  started: StartedProcess,
): Promise<{ ready: boolean; failure?: string }> {
  const tooLate = new AbortController();
  const timeout = delay(READY_TIMEOUT_MS, undefined, { signal: tooLate.signal }).then(() => {
    throw new Error(`it was not ready within ${String(READY_TIMEOUT_MS / 1000)} s`);
  });
  try {
    await Promise.race([part.ready(started), timeout]);
    return { ready: true };
  } catch (error) {
    if (!started.isAlive()) return { ready: false };
    started.child.kill('SIGKILL');
    return { ready: false, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    tooLate.abort();
    timeout.catch(() => undefined);
  }
}

async function obituary(what: string, logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-12);
  return (
    `${what}, so the stack gives up. ` +
    `The end of ${logFile}:\n${lines.map((line) => `  ${line.slice(0, 400)}`).join('\n')}`
  );
}
