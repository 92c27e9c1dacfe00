import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Tells the person at the terminal something, one line at a time. */
export type Say = (line: string) => void;

/** The Temporal CLI, which is the dev server. */
export interface TemporalBinary {
  readonly file: string;
  /** For the screen: where it came from. */
  readonly source: string;
}

const run = promisify(execFile);

/** Throws unless the program is a Temporal CLI that works on this machine. */
export async function checkRuns(file: string): Promise<void> {
  const { stdout } = await run(file, ['--version'], { timeout: 15_000 });
  if (!/^temporal version/i.test(stdout.trim())) throw new Error(`${file} is not the Temporal CLI`);
}
