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
  waitForPostgres,
} from '../stack/postgres';

export interface BenchServer {
  readonly ownerUrl: string;
  /** As the application logs in. */
  readonly appUrl: string;
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

/** A Postgres of its own, migrated and empty, so that nothing else disturbs the measurement or is disturbed by it. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-bench-'));
  const cluster = await prepareCluster(join(folder, 'postgres'), PASSWORD);
  const port = await findPort();
  const server = spawnLaunch(postgresLaunch(cluster, port, SETTINGS), join(folder, 'postgres.log'));
  const stop = async () => {
    await stopProcess(server, 'SIGINT', 30_000);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const at = (user: string, database: string) =>
      `postgres://${user}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;
    await waitForPostgres(at(OWNER_ROLE, 'postgres'), START_TIMEOUT_MS, () => server.exitCode === null);
    await createDatabaseOnce(at(OWNER_ROLE, 'postgres'), 'scrip');
    const urls = { ownerUrl: at(OWNER_ROLE, 'scrip'), appUrl: at('scrip_app', 'scrip') };
    await migrate(urls.ownerUrl, urls.appUrl);
    return { ...urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
