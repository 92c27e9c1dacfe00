import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { endingWithParent } from './end-with-parent';
import type { Launch } from './launch';

export interface TemporalServer {
  readonly binary: string;
  readonly port: number;
  /** Undefined: no Web UI. */
  readonly uiPort?: number;
  /** Made at the start, besides `default`; undefined: none. */
  readonly namespace?: string;
  /** Where the state is kept; undefined: in memory. */
  readonly stateFile?: string;
}

/** The official dev server on loopback, with the limits that Temporal on Postgres has. SIGINT stops it cleanly. */
export function temporalLaunch(server: TemporalServer): Launch {
  const state =
    server.stateFile === undefined
      ? []
      : // Twice the speed of the defaults, and a killed process loses nothing (only a power cut could).
        ['--db-filename', server.stateFile, ...pragmas({ journal_mode: 'wal', synchronous: 'normal' })];
  const ui =
    server.uiPort === undefined
      ? ['--headless']
      : ['--ui-port', String(server.uiPort), '--ui-disable-news-fetch'];
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(server.port),
    '--log-format',
    'json',
    '--log-level',
    'warn',
    ...(server.namespace === undefined ? [] : ['--namespace', server.namespace]),
    ...ui,
    ...state,
    ...dynamicConfig({
      'matching.enableFairness': 'true',
      'limit.maxIDLength': '255',
      'system.forceSearchAttributesCacheRefreshOnRead': 'true',
    }),
  ];
  return endingWithParent({ file: server.binary, args }, 'INT');
}

function pragmas(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]);
}

function dynamicConfig(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
}

/** Returns when the server answers; throws the last error when it does not within the time. */
export async function waitForTemporal(
  address: string,
  timeoutMs: number,
  isAlive: () => boolean,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2s' });
      await connection.close();
      return;
    } catch (error) {
      if (performance.now() > deadline || !isAlive()) throw error;
      await delay(50);
    }
  }
}
