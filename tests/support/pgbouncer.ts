import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ended, spawnLaunch } from '../../dev/stack/launch';
import { findPort } from '../../dev/stack/ports';
import { waitForPostgres } from '../../dev/stack/postgres';
import { createUnprivileged, findOnPath } from '../../dev/stack/unprivileged';

const START_TIMEOUT_MS = 30_000;

/** The pooler that most people have, where it is installed. */
export const PGBOUNCER = findOnPath('pgbouncer');

type PoolMode = 'session' | 'transaction' | 'statement';

export interface Pooler {
  /** The same database and user, through the pooler. */
  readonly url: string;
  /** Pools otherwise from now on, for clients that are there too. */
  change(mode: PoolMode): Promise<void>;
  stop(): Promise<void>;
}

/** Starts PgBouncer before the server of a URL, with nothing configured but how it pools. */
export async function startPgBouncer(
  folder: string,
  serverUrl: string,
  mode: PoolMode,
  settings: Readonly<Record<string, string>> = {},
): Promise<Pooler> {
  if (PGBOUNCER === undefined) throw new Error('pgbouncer is not installed');
  const server = new URL(serverUrl);
  const port = await findPort();
  await mkdir(folder, { recursive: true });
  const unprivileged = await createUnprivileged(folder, [PGBOUNCER]);
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${server.username}" "${server.password}"\n`);
  const file = join(folder, 'pgbouncer.ini');
  const configure = (poolMode: PoolMode) => {
    const all = {
      ...{ listen_addr: '127.0.0.1', listen_port: String(port), unix_socket_dir: '', pool_mode: poolMode },
      ...{ auth_type: 'plain', auth_file: users, ...settings },
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    const databases = `[databases]\n* = host=127.0.0.1 port=${server.port}`;
    return writeFile(file, `${databases}\n[pgbouncer]\n${lines.join('\n')}\n`);
  };
  await configure(mode);
  const child = spawnLaunch(
    unprivileged.wrap({ file: PGBOUNCER, args: [file] }),
    join(folder, 'pgbouncer.log'),
  );
  const url = new URL(serverUrl);
  url.port = String(port);
  await waitForPostgres(url.href, START_TIMEOUT_MS, () => child.exitCode === null);
  return {
    url: url.href,
    async change(to) {
      await configure(to);
      child.kill('SIGHUP');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}
