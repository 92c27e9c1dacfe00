import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../stack/unprivileged';
import type { Script } from './workload';

export interface PgbenchRun {
  readonly clients: number;
  readonly seconds: number;
  readonly script: Script;
}

export interface PgbenchResult {
  readonly perSecond: number;
  readonly averageMs: number;
}

/** Throws with what to install when there is no pgbench. */
export function requirePgbench(): string {
  const program = findOnPath('pgbench');
  if (program !== undefined) return program;
  throw new Error(
    'bench:ledger compares with pgbench, which is not on PATH. Install it (Debian, Ubuntu: postgresql-contrib or ' +
      'postgresql; Fedora: postgresql-contrib; macOS: brew install libpq) and run again.',
  );
}

/** Runs pgbench with prepared statements, one command per call. Throws when a transaction failed. */
export async function runPgbench(url: string, run: PgbenchRun): Promise<PgbenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'scrip-pgbench-'));
  try {
    const file = join(folder, 'script.sql');
    await writeFile(file, run.script.sql);
    const { hostname, port, username, password, pathname } = new URL(url);
    const { stdout } = await promisify(execFile)(
      requirePgbench(),
      [
        '--protocol',
        'prepared',
        '--no-vacuum',
        '--time',
        String(run.seconds),
        '--client',
        String(run.clients),
        '--jobs',
        String(Math.min(run.clients, 2)),
        '--host',
        hostname,
        '--port',
        port,
        '--username',
        username,
        '--file',
        file,
        pathname.slice(1),
      ],
      { env: { ...process.env, PGPASSWORD: password } },
    );
    const { commands } = run.script;
    return {
      perSecond: numberIn(stdout, /^tps = ([\d.]+)/m) * commands,
      averageMs: numberIn(stdout, /^latency average = ([\d.]+)/m) / commands,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function numberIn(output: string, pattern: RegExp): number {
  const value = Number(pattern.exec(output)?.[1]);
  if (Number.isNaN(value)) throw new Error(`pgbench said something unexpected:\n${output}`);
  return value;
}
