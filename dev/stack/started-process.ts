import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ended, spawnLaunch, type Launch } from './launch';
import type { Started } from './part';

export interface StartedProcess extends Started {
  readonly child: ChildProcess;
}

/** Starts a process whose output goes to the end of a log file and, line by line, to whoever waits for one. */
export function startProcess(launch: Launch, logFile: string): StartedProcess {
  const child = spawnLaunch(launch, logFile, 'pipe');
  // That it could not be started at all is told by its exit code, too.
  child.on('error', () => undefined);
  const { stdout } = child;
  if (stdout === null) throw new Error('The process has no standard output');
  stdout.pipe(createWriteStream(logFile, { flags: 'a', mode: 0o600 }));
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    child,
    isAlive,
    lineWith: (member) =>
      new Promise((resolve, reject) => {
        const lines = createInterface({ input: stdout });
        lines.on('line', (line) => {
          const object = parseObject(line);
          if (object?.[member] === undefined) return;
          lines.close();
          // Closing the reader pauses the stream, and the process would one day wait for somebody to read.
          stdout.resume();
          resolve(object);
        });
        void ended(child).then(() => reject(new Error('it ended before it was ready')));
      }),
  };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
