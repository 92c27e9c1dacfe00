import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Launch } from './launch';
import { preparePostgresBinaries } from './postgres-binaries';
import { hasCode } from './system-error';
import { createUnprivileged, type Unprivileged } from './unprivileged';

/**
 * The role that owns the databases. It makes databases and roles and is no superuser, as in production; it is one in
 * clusters of before, and where `prepareCluster` is asked for one.
 */
export const OWNER_ROLE = 'scrip_owner';

const DUPLICATE_DATABASE = '42P04';

export interface Cluster {
  readonly binFolder: string;
  readonly dataFolder: string;
  readonly unprivileged: Unprivileged;
}

/**
 * Makes a folder into a Postgres cluster whose owner has the given password, unless it is one already. `initdb` works
 * under another name, so that a cluster which was only half made when the process died is made anew. The superuser is
 * the owner on request, for who must switch constraints off; else somebody whose password nobody knows.
 */
export async function prepareCluster(
  folder: string,
  ownerPassword: string,
  options: { readonly superuser?: boolean } = {},
): Promise<Cluster> {
  const binFolder = await preparePostgresBinaries();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unprivileged = await createUnprivileged(folder, [binFolder]);
  const cluster = { binFolder, dataFolder: join(folder, 'data'), unprivileged };
  if (!existsSync(cluster.dataFolder)) {
    const fresh = join(folder, 'data.new');
    await rm(fresh, { recursive: true, force: true });
    if (options.superuser === true) {
      await initialize({ ...cluster, dataFolder: fresh }, OWNER_ROLE, ownerPassword);
    } else {
      await initialize({ ...cluster, dataFolder: fresh }, 'postgres', randomBytes(24).toString('hex'));
      await makeOwner({ ...cluster, dataFolder: fresh }, ownerPassword);
    }
    await rename(fresh, cluster.dataFolder);
  }
  return cluster;
}

async function initialize(
  { binFolder, dataFolder, unprivileged }: Cluster,
  superuser: string,
  password: string,
): Promise<void> {
  const passwordFile = `${dataFolder}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const owner = await stat(join(dataFolder, '..'));
  await chown(passwordFile, owner.uid, owner.gid);
  const args = [
    '--pgdata',
    dataFolder,
    '--username',
    superuser,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
    '--no-sync',
    '--no-instructions',
    // The same order of text on every machine, whatever locales it has.
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--locale',
    'C',
  ];
  const launch = unprivileged.wrap({ file: join(binFolder, 'initdb'), args });
  try {
    await promisify(execFile)(launch.file, launch.args, { uid: launch.uid, gid: launch.gid });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** In a server of one user that reads statements from its input: nobody else is there yet. */
async function makeOwner({ binFolder, dataFolder, unprivileged }: Cluster, password: string): Promise<void> {
  const launch = unprivileged.wrap({
    file: join(binFolder, 'postgres'),
    args: ['--single', '-D', dataFolder, '-c', 'exit_on_error=on', 'postgres'],
  });
  const running = promisify(execFile)(launch.file, launch.args, { uid: launch.uid, gid: launch.gid });
  running.child.stdin?.end(`CREATE ROLE ${OWNER_ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'\n`);
  await running;
}

/** How the server is started: on loopback only, without a Unix socket; SIGINT stops it cleanly. */
export function postgresLaunch(
  cluster: Cluster,
  port: number,
  settings: Readonly<Record<string, string>>,
): Launch {
  const all: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const file = join(cluster.binFolder, 'postgres');
  return cluster.unprivileged.wrap({ file, args: ['-D', cluster.dataFolder, ...options] });
}

/** Returns when the server answers a query; throws the last error when it does not within the time. */
export async function waitForPostgres(url: string, timeoutMs: number, isAlive: () => boolean): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      await query(url, 'SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > deadline || !isAlive()) throw error;
      await delay(50);
    }
  }
}

/** Makes a database in the cluster unless it exists. */
export async function createDatabaseOnce(serverUrl: string, name: string): Promise<void> {
  try {
    await query(serverUrl, `CREATE DATABASE ${name}`);
  } catch (error) {
    if (!hasCode(error, DUPLICATE_DATABASE)) throw error;
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away under an idle connection reports it as an event, which must not end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}
