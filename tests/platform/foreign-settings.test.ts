import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query as run } from '../../dev/stack/postgres';
import { audit } from '../../src/audit/ledger/audit-ledger';
import { getBalance } from '../../src/ledger/get-balance';
import { createLedger } from '../../src/ledger/ledger';
import { listStatement } from '../../src/ledger/list-statement';
import { revenueReport } from '../../src/ledger/revenue-report';
import { rollForwardReport } from '../../src/ledger/roll-forward-report';
import { sweepExpired } from '../../src/ledger/sweep-expired';
import { createDatabase } from '../../src/platform/database';
import { findFaults, refuseUnfitDatabaseAt } from '../../src/platform/fit-database';
import { ADA, BOB, CARL, day, liveInLedger } from '../ledger/lived-in-ledger';
import { rollUpAll } from '../ledger/roll-up-all';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { PGBOUNCER, startPgBouncer, type Pooler } from '../support/pgbouncer';

/**
 * What somebody may have set who did not have us in mind; each of them changes an answer where it is believed. The times
 * leave enough for a connection to be made and settled on a machine that has other things to do.
 */
const HOSTILE: Readonly<Record<string, string>> = {
  datestyle: 'SQL, DMY',
  timezone: 'Asia/Kathmandu',
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  search_path: 'nowhere',
  transform_null_equals: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  statement_timeout: '200',
  lock_timeout: '1',
  idle_session_timeout: '1000',
  idle_in_transaction_session_timeout: '1',
};

const inUrl = (url: string, name: string, value: string): string => {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
};

/** Only what stands for one database alone: the tests beside this one use the same server and role. */
const forRole = ({ ownerUrl, appUrl }: TestDatabase) => {
  const name = new URL(appUrl).pathname.slice(1);
  const statements = Object.entries(HOSTILE).map(
    ([setting, value]) => `ALTER ROLE scrip_app IN DATABASE ${name} SET ${setting} = '${value}'`,
  );
  return run(ownerUrl, statements.join(';'));
};

const forDatabase = ({ ownerUrl, appUrl }: TestDatabase) => {
  const name = new URL(appUrl).pathname.slice(1);
  // The owner who fills the database is an ordinary client and keeps the time limits of one.
  const statements = Object.entries(HOSTILE)
    .filter(([setting]) => !/timeout|read_only/.test(setting))
    .map(([setting, value]) => `ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  return run(ownerUrl, statements.join(';'));
};

/** Everything that the quarter of three customers says, read through one URL after it was written through the same. */
async function tellQuarter(database: TestDatabase, url: string): Promise<unknown> {
  const ledger = createLedger({ databaseUrl: url });
  const db = createDatabase(url);
  try {
    expect(await findFaults(db)).toEqual([]);
    await liveInLedger(database.ownerUrl, ledger);
    const swept = await sweepExpired(db, ledger, day('04-01'));
    await rollUpAll(db);
    const customers = [ADA, BOB, CARL];
    const { rows: typed } = await db.raw<{ rows: unknown[] }>(
      `SELECT '\\x00ff'::bytea AS bytes, 0.1::float8 + 0.2 AS sum, interval '90 days 3 hours' AS span,
         '2026-02-01'::date::text AS day, timestamptz '2026-03-29 01:30Z' AS instant, NULL = NULL AS unknown,
         'a\\b' AS text`,
    );
    return {
      swept,
      typed,
      statements: await Promise.all(customers.map((id) => listStatement(db, id, { limit: 100 }))),
      balances: await Promise.all(customers.map((id) => getBalance(db, id))),
      past: await Promise.all(customers.map((id) => getBalance(db, id, day('02-10')))),
      forward: await rollForwardReport(db, {}),
      revenue: await revenueReport(db, { from: day('01-15'), to: day('03-15') }),
      audit: await audit(db, { checkedAt: day('04-01'), hasLiveWorkflow: () => Promise.resolve(true) }),
    };
  } finally {
    await ledger.close();
    await db.destroy();
  }
}

describe('a database that somebody set up otherwise', () => {
  let folder: string;
  let expected: unknown;

  const inDatabase = async (
    use: (database: TestDatabase) => Promise<unknown>,
    prepare: (database: TestDatabase) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<unknown> => {
    const database = await createTestDatabase();
    try {
      await prepare(database);
      return await use(database);
    } finally {
      await database.drop();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-foreign-'));
    expected = await inDatabase((database) => tellQuarter(database, database.appUrl));
    expect(expected).toMatchObject({ audit: { ok: true } });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives the same answers when the role has settings of its own', async () => {
    expect(await inDatabase((database) => tellQuarter(database, database.appUrl), forRole)).toEqual(expected);
  });

  it('gives the same answers when the database has settings of its own', async () => {
    expect(await inDatabase((database) => tellQuarter(database, database.appUrl), forDatabase)).toEqual(
      expected,
    );
  });

  it.each([
    ['options', '-c datestyle=German -c timezone=Asia/Kathmandu -c search_path=nowhere'],
    ['binary', 'true'],
    ['client_encoding', 'latin1'],
    ['statement_timeout', '1'],
    ['query_timeout', '1'],
  ])('gives the same answers when the URL says %s=%s', async (name, value) => {
    const tell = (database: TestDatabase) => tellQuarter(database, inUrl(database.appUrl, name, value));
    expect(await inDatabase(tell)).toEqual(expected);
  });

  if (PGBOUNCER === undefined)
    process.stderr.write('NOT TESTED: poolers, because pgbouncer is not installed.\n');
  (PGBOUNCER === undefined ? describe.skip : describe)('behind PgBouncer', () => {
    const behind = (
      mode: 'session' | 'transaction' | 'statement',
      use: (pooler: Pooler, database: TestDatabase) => Promise<unknown>,
      settings: Readonly<Record<string, string>> = {},
    ) =>
      inDatabase(async (database) => {
        const pooler = await startPgBouncer(join(folder, mode), database.appUrl, mode, settings);
        return use(pooler, database).finally(() => pooler.stop());
      });

    it('gives the same answers when it pools sessions', async () => {
      expect(await behind('session', ({ url }, database) => tellQuarter(database, url))).toEqual(expected);
    });

    it.each([
      ['transaction', {}],
      ['transaction', { server_round_robin: '1' }],
      ['transaction', { min_pool_size: '2', server_round_robin: '1' }],
      ['statement', {}],
    ] as const)('refuses it when it pools by %s %o, and says what to change', async (mode, settings) => {
      const faults = await behind(
        mode,
        async ({ url }) => {
          const db = createDatabase(url);
          return findFaults(db).finally(() => db.destroy());
        },
        settings,
      );
      expect(faults).toEqual([expect.stringContaining('pool_mode = session')]);
    });

    it('says that it refuses what the URL asks for', async () => {
      const refusal = behind('session', ({ url }) =>
        refuseUnfitDatabaseAt(inUrl(url, 'options', '-c datestyle=German')),
      );
      await expect(refusal).rejects.toThrow(/unsupported startup parameter.*remove `options`/);
    });
  });
});
