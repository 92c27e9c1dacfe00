import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/platform/migrate';
import { spawnLaunch, stopProcess } from '../stack/launch';
import { findPort } from '../stack/ports';
import {
  createDatabaseOnce,
  OWNER_ROLE,
  postgresLaunch,
  prepareCluster,
  query,
  waitForPostgres,
} from '../stack/postgres';

/** One ledger: migrated and empty. */
export interface BenchDatabase {
  readonly ownerUrl: string;
  /** As the application logs in. */
  readonly appUrl: string;
}

export interface BenchServer {
  createLedgerDatabase(name: string): Promise<BenchDatabase>;
  dropDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Loopback only, and gone with the run. */
const PASSWORD = 'bench';
const START_TIMEOUT_MS = 60_000;

/** As durable as in production: a commit is on the disk before it is answered. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
};

/** A Postgres of its own, so that nothing else disturbs the measurement or is disturbed by it. */
export async function startBenchServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-bench-'));
  const cluster = await prepareCluster(join(folder, 'postgres'), PASSWORD, { superuser: true });
  const port = await findPort();
  const launch = postgresLaunch(cluster, port, { ...SETTINGS, ...settings });
  const server = spawnLaunch(launch, join(folder, 'postgres.log'));
  const urlOf = (user: string, database: string) =>
    `postgres://${user}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;
  const maintenanceUrl = urlOf(OWNER_ROLE, 'postgres');
  const stop = async () => {
    await stopProcess(server, 'SIGINT', 30_000);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitForPostgres(maintenanceUrl, START_TIMEOUT_MS, () => server.exitCode === null);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    createLedgerDatabase: async (name) => {
      await createDatabaseOnce(maintenanceUrl, name);
      const urls = { ownerUrl: urlOf(OWNER_ROLE, name), appUrl: urlOf('scrip_app', name) };
      await migrate(urls.ownerUrl, urls.appUrl);
      return urls;
    },
    dropDatabase: (name) => query(maintenanceUrl, `DROP DATABASE ${name} WITH (FORCE)`),
    stop,
  };
}
