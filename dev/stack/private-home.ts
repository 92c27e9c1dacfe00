import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustStayPassable } from './unprivileged';

/** Everything that a stack keeps in its home: files, and folders with what is in them. */
const OURS = [
  'run.json',
  'dev.json',
  'ports.json',
  'secrets.json',
  'logs',
  'bin',
  'postgres',
  'temporal',
  'stripe',
  'studio',
  'objects',
  'sandbox',
];
/** The folder belongs to whom Postgres runs as, and Postgres sees to what is in it. */
const NOT_OURS_WITHIN = 'postgres';

/**
 * Makes the state folder, and makes it and what is in it the owner's alone, whatever the umask is and however open an earlier
 * stack left it; from now on this process and its children make nothing else. Of a folder that has other things in it only
 * what belongs to the stack is closed.
 */
export async function makePrivate(home: string): Promise<void> {
  process.umask(0o077);
  await mkdir(home, { recursive: true });
  const entries = await readdir(home, { withFileTypes: true });
  const isOurs = entries.every(({ name }) =>
    OURS.some((ours) => name === ours || name.startsWith(`${ours}.`)),
  );
  // Somebody else must pass through to Postgres's folder, but sees nothing on the way.
  if (isOurs) await chmod(home, (await mustStayPassable()) ? 0o711 : 0o700);
  for (const entry of entries.filter(({ name }) => OURS.includes(name))) {
    await close(home, entry);
    if (!entry.isDirectory() || entry.name === NOT_OURS_WITHIN) continue;
    const folder = join(home, entry.name);
    for (const inner of await readdir(folder, { withFileTypes: true })) await close(folder, inner);
  }
}

async function close(
  folder: string,
  entry: { readonly name: string; isDirectory(): boolean; isFile(): boolean },
): Promise<void> {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) await chmod(path, 0o700);
  else if (entry.isFile()) await chmod(path, 0o600);
}
