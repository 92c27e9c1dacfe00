import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';

/** How a part's process is started. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Starts a process whose output goes to the end of a file (undefined: nowhere). Its standard input is a pipe that this
 * process never writes to: it closes when this process ends, however it ends, which a child may watch.
 */
export function spawnLaunch(
  launch: Launch,
  logFile: string | undefined,
  stdout: 'log' | 'pipe' = 'log',
): ChildProcess {
  const log = logFile === undefined ? 'ignore' : openSync(logFile, 'a', 0o600);
  try {
    return spawn(launch.file, launch.args, {
      env: { ...process.env, ...launch.env },
      stdio: ['pipe', stdout === 'log' ? log : 'pipe', log],
      // In a process group of its own, so that Ctrl-C reaches the stack alone, which then stops its parts in order.
      detached: true,
      ...(launch.uid === undefined ? {} : { uid: launch.uid }),
      ...(launch.gid === undefined ? {} : { gid: launch.gid }),
    });
  } finally {
    if (typeof log === 'number') closeSync(log);
  }
}

/** Resolves when the process has ended (at once when it has already), with how. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve({ code: -1, signal: null });
    });
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Asks a process to stop and waits; after `graceMs` it is killed. Returns when it has ended. */
export async function stopProcess(
  child: ChildProcess,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (child.pid === undefined) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended(child);
  clearTimeout(timer);
}
