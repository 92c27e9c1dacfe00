import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { ended, spawnLaunch, stopProcess } from '../../dev/stack/launch';
import { findPort } from '../../dev/stack/ports';
import {
  createDatabaseOnce,
  OWNER_ROLE,
  postgresLaunch,
  prepareCluster,
  waitForPostgres,
  type Cluster,
} from '../../dev/stack/postgres';
import { credits } from '../../src/domain/credits';
import type { Allowance, Ledger, LedgerCommand, LedgerResult } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { migrate } from '../../src/platform/migrate';
import { DomainError } from '../../src/domain/errors';
import { grant, hold, settle } from './model/commands';
import { listOffences } from './model/list-offences';

const PASSWORD = 'test';
/** So many of a wallet's first holds cost nothing. */
const FREE = 3;
const WALLETS = ['hot', 'hot', 'hot', 'warm', 'cold'];

describe('the ledger when its database is killed', () => {
  let folder: string;
  let cluster: Cluster;
  let port: number;
  let server: ChildProcess;

  const urlOf = (user: string, database: string) =>
    `postgres://${user}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;

  /** As the product runs it: what is acknowledged is on the disk. */
  const start = async (): Promise<void> => {
    // Until the killed server's last backend has noticed, the next one refuses to start.
    for (let attempt = 1; ; attempt += 1) {
      const child = spawnLaunch(postgresLaunch(cluster, port, {}), join(folder, 'postgres.log'));
      server = child;
      try {
        await waitForPostgres(urlOf(OWNER_ROLE, 'postgres'), 20_000, () => child.exitCode === null);
        return;
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-kill-'));
    cluster = await prepareCluster(join(folder, 'postgres'), PASSWORD);
    port = await findPort();
    await start();
    await createDatabaseOnce(urlOf(OWNER_ROLE, 'postgres'), 'scrip');
    await migrate(urlOf(OWNER_ROLE, 'scrip'), urlOf('scrip_app', 'scrip'));
  });

  afterAll(async () => {
    await stopProcess(server, 'SIGINT', 10_000);
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no acknowledged command and applies none twice when Postgres is killed with SIGKILL under load', async () => {
    const ledger = createLedger({ databaseUrl: urlOf('scrip_app', 'scrip') });
    const acknowledged = new Map<string, LedgerResult>();
    for (const wallet of new Set(WALLETS)) await ledger.submit(grant(wallet, `${wallet}-signup`, 1_000_000));

    let isStopping = false;
    const callers = Array.from({ length: 32 }, async (_, caller) => {
      const wallet = WALLETS[caller % WALLETS.length]!;
      for (let index = 0; !isStopping; index += 1) {
        const id = `kill-${String(caller)}-${String(index)}`;
        const allowances = [daily(wallet, Math.floor(index / 5))];
        const place = hold(wallet, id, 3, { allowances, firstFree: FREE });
        const placed = await submitUntilAnswered(ledger, place);
        acknowledged.set(place.key, placed);
        const end = settle(wallet, id, placed.reply.free === true ? 0 : 2, { allowances, succeeded: true });
        acknowledged.set(end.key, await submitUntilAnswered(ledger, end));
      }
    });
    for (let kills = 1; kills <= 2; kills += 1) {
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 200);
      server.kill('SIGKILL');
      await ended(server);
      await start();
    }
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 200);
    isStopping = true;
    await Promise.all(callers);
    await ledger.close();

    const db = createDatabase(urlOf('scrip_app', 'scrip'));
    const { rows } = await db.raw<{ rows: readonly { key: string; outcome: string; rows: number }[] }>(
      `SELECT c.key, c.outcome, (SELECT count(*)::int FROM ledger.journal j WHERE j.command_key = c.key) AS rows
       FROM ledger.commands c WHERE c.op <> 'grant'`,
    );
    const wallets = await db.raw<{ rows: readonly { held: number; spent: number }[] }>(
      `SELECT sum(w.held)::int AS held,
         ((SELECT sum(credits) FROM ledger.lots) - sum(w.available))::int AS spent FROM ledger.wallets w`,
    );
    const granted = await db.raw<{ rows: readonly { lots: number; recorded: number; unrecorded: number }[] }>(
      `SELECT count(l.grant_id)::int AS lots, count(*) FILTER (WHERE c.key IS NOT NULL AND c.reply ->> 'granted' <> '0')::int AS recorded,
         count(*) FILTER (WHERE c.key IS NULL)::int AS unrecorded
       FROM (SELECT * FROM ledger.lots WHERE allowance IS NOT NULL) l
         FULL JOIN (SELECT * FROM ledger.commands WHERE key LIKE 'grant:%') c ON c.reply ->> 'grantId' = l.grant_id`,
    );
    const { lots, ...days } = granted.rows[0]!;
    const free = new Set(await db.from('ledger.holds').where({ free: true }).pluck<string[]>('spend_id'));
    const offences = await listOffences(db);
    await db.destroy();
    expect(offences).toEqual([]);
    expect(rows.map(({ key }) => key).sort()).toEqual([...acknowledged.keys()].sort());
    for (const { key, outcome, rows: count } of rows) {
      expect({ key, outcome, count }).toEqual({
        key,
        outcome: 'applied',
        count: free.has(key.replace(/\/\w+$/, '')) ? 0 : key.endsWith('/hold') ? 1 : 2,
      });
    }
    expect(days).toEqual({ recorded: lots, unrecorded: 0 });
    expect(lots).toBeGreaterThan(0);
    expect(free.size).toBe(FREE * new Set(WALLETS).size);
    // Each pair of commands holds 3, captures 2 and releases 1, unless it was free.
    expect(wallets.rows[0]).toEqual({ held: 0, spent: acknowledged.size - 2 * free.size });
  });
});

/** Two credits up to a number that is soon reached. */
function daily(walletId: string, day: number): Allowance {
  return {
    ...{
      key: `grant:${walletId}:daily:${String(day)}`,
      grantId: `${walletId}-${String(day)}`,
      allowance: 'daily',
    },
    ...{ credits: credits(2), upTo: credits(50), expiresAt: null, reason: 'Daily credits' },
  };
}

/** As a caller does: what is unavailable is sent again under its key. */
async function submitUntilAnswered(ledger: Ledger, command: LedgerCommand): Promise<LedgerResult> {
  for (;;) {
    try {
      return await ledger.submit(command);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'unavailable')) throw error;
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
