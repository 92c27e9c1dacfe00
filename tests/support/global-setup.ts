import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/platform/migrate';
import { spawnLaunch } from '../../dev/stack/launch';
import { findPort } from '../../dev/stack/ports';
import {
  createDatabaseOnce,
  OWNER_ROLE,
  postgresLaunch,
  prepareCluster,
  waitForPostgres,
} from '../../dev/stack/postgres';
import { findTemporalBinary } from '../../dev/stack/temporal-binary';
import { temporalLaunch, waitForTemporal } from '../../dev/stack/temporal-server';
import { parts } from './parts';

/** Loopback only, and gone with the run. */
const PASSWORD = 'test';
const START_TIMEOUT_MS = 60_000;

/** A test database survives nothing, so Postgres need not wait for a disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** Starts the real Postgres and the real Temporal server that every test of this run shares, each on a free port. */
export default async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-test-'));
  parts.folder = folder;
  await Promise.all([startPostgres(folder), startTemporal(folder)]);
}

async function startPostgres(folder: string): Promise<void> {
  const cluster = await prepareCluster(join(folder, 'postgres'), PASSWORD, { superuser: true });
  const port = await findPort();
  const server = spawnLaunch(postgresLaunch(cluster, port, SETTINGS), join(folder, 'postgres.log'));
  parts.processes.push(server);
  const at = (user: string, database: string) =>
    `postgres://${user}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;
  const ownerUrl = at(OWNER_ROLE, 'postgres');
  await waitForPostgres(ownerUrl, START_TIMEOUT_MS, () => server.exitCode === null);
  await createDatabaseOnce(ownerUrl, 'scrip_template');
  await migrate(at(OWNER_ROLE, 'scrip_template'), at('scrip_app', 'scrip_template'));
  process.env['SCRIP_TEST_OWNER_URL'] = ownerUrl;
  process.env['SCRIP_TEST_APP_URL'] = at('scrip_app', 'postgres');
}

async function startTemporal(folder: string): Promise<void> {
  const { file } = await findTemporalBinary((line) => process.stderr.write(`${line}\n`));
  const port = await findPort();
  const server = spawnLaunch(temporalLaunch({ binary: file, port }), join(folder, 'temporal.log'));
  parts.processes.push(server);
  const address = `127.0.0.1:${String(port)}`;
  await waitForTemporal(address, START_TIMEOUT_MS, () => server.exitCode === null);
  process.env['SCRIP_TEST_TEMPORAL_ADDRESS'] = address;
}
