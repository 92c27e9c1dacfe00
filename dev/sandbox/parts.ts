import { endingWithParent } from '../stack/end-with-parent';
import type { Part } from '../stack/part';
import { postgresLaunch, waitForPostgres, type Cluster } from '../stack/postgres';
import { waitForTemporal } from '../stack/temporal-server';

/** Longer than the supervisor waits: it decides. */
const READY_TIMEOUT_MS = 120_000;

/** Postgres for data that nobody keeps: it waits for no disk. */
export function throwawayPostgresPart(cluster: Cluster, port: number, ownerServerUrl: string): Part {
  const settings = {
    max_connections: '200',
    jit: 'off',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  return {
    name: 'postgres',
    launch: postgresLaunch(cluster, port, settings),
    stopSignal: 'SIGINT',
    ready: ({ isAlive }) => waitForPostgres(ownerServerUrl, READY_TIMEOUT_MS, isAlive),
  };
}

/** Temporal's time-skipping server, which keeps everything in memory. */
export function timeServerPart(binary: string, port: number): Part {
  return {
    name: 'temporal',
    launch: endingWithParent({ file: binary, args: [String(port)] }, 'TERM'),
    stopSignal: 'SIGTERM',
    ready: ({ isAlive }) => waitForTemporal(`127.0.0.1:${port}`, READY_TIMEOUT_MS, isAlive),
  };
}
