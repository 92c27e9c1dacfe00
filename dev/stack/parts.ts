import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPackageRoot } from '../../src/platform/package-root';
import { endingWithParent } from './end-with-parent';
import type { Part, PartName } from './part';
import { postgresLaunch, waitForPostgres, type Cluster } from './postgres';
import { temporalLaunch, waitForTemporal } from './temporal-server';

/** Longer than the supervisor waits: it decides. */
const READY_TIMEOUT_MS = 120_000;

type Environment = Readonly<Record<string, string>>;

/** The embedded Postgres, of a cluster that is prepared. Ready when the owner can ask it something. */
export function postgresPart(cluster: Cluster, port: number, ownerServerUrl: string): Part {
  const settings = { max_connections: '200', jit: 'off' };
  return {
    name: 'postgres',
    launch: postgresLaunch(cluster, port, settings),
    stopSignal: 'SIGINT',
    ready: ({ isAlive }) => waitForPostgres(ownerServerUrl, READY_TIMEOUT_MS, isAlive),
  };
}

/** The embedded Temporal server with its Web UI, keeping its state in a folder. */
export function temporalPart(server: {
  readonly binary: string;
  readonly folder: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}): Part {
  const { binary, folder, port, uiPort, namespace } = server;
  return {
    name: 'temporal',
    launch: temporalLaunch({ binary, port, uiPort, namespace, stateFile: join(folder, 'temporal.db') }),
    stopSignal: 'SIGINT',
    async ready({ isAlive }) {
      await waitForTemporal(`127.0.0.1:${String(port)}`, READY_TIMEOUT_MS, isAlive);
      await writeFile(completeFile(folder), '');
    },
  };
}

/**
 * The server makes its tables only when the file is not there, so a file of a first start that was cut short is thrown
 * away: nothing was in it yet.
 */
export async function prepareTemporalFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (existsSync(completeFile(folder))) return;
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(join(folder, `temporal.db${suffix}`), { force: true });
  }
}

function completeFile(folder: string): string {
  return join(folder, 'complete');
}

/** A program of ours that says on a line of JSON when it is ready. */
export function nodePart(
  name: PartName,
  script: string,
  environment: Environment,
  readyMember: string,
): Part {
  return {
    name,
    launch: nodeLaunch(script, environment),
    stopSignal: 'SIGTERM',
    async ready({ lineWith }) {
      await lineWith(readyMember);
    },
  };
}

/** The API: ready when it says so itself, over HTTP. */
export function apiPart(environment: Environment, url: string): Part {
  return {
    name: 'api',
    launch: nodeLaunch('src/main/api.js', environment),
    stopSignal: 'SIGTERM',
    async ready({ isAlive }) {
      while (isAlive()) {
        if (await answersOk(`${url}/readyz`)) return;
        await delay(50);
      }
      throw new Error('it ended before it was ready');
    },
  };
}

function nodeLaunch(script: string, env: Environment) {
  const file = join(findPackageRoot(), 'dist', script);
  return endingWithParent({ file: process.execPath, args: ['--enable-source-maps', file], env }, 'TERM');
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * A server that was killed leaves its pid file; when the number now belongs to somebody else's process, Postgres would
 * refuse to start. Our own former server is gone by now: it is recorded, and was ended.
 */
export async function removeStalePidFile(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = await readFile(`/proc/${String(pid)}/comm`, 'utf8').catch(() => undefined);
  if (command !== undefined && !command.startsWith('postgres')) await rm(file);
}
