import type { Knex } from 'knex';
import { types } from 'pg';
import { createDatabase } from '../../src/platform/database';
import { migrate } from '../../src/platform/migrate';
import { isMigrated } from '../../src/platform/migrations';
import { createTestDatabase, type TestDatabase } from '../support/database';

/** All but the clock and the intervals by which the pool looks for unused connections. */
const REAL_TIMERS = [
  'setTimeout',
  'clearTimeout',
  'setImmediate',
  'clearImmediate',
  'nextTick',
  'performance',
] as const;

describe('the database', () => {
  let database: TestDatabase;
  let db: Knex;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDatabase(database.appUrl);
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const valueOf = async (sql: string): Promise<unknown> => {
    const { rows } = await db.raw<{ rows: readonly { value: unknown }[] }>(`SELECT ${sql} AS value`);
    return rows[0]?.value;
  };

  it('gives whole numbers as numbers and refuses those that JavaScript would round', async () => {
    expect(await valueOf('9007199254740991::bigint')).toBe(9_007_199_254_740_991);
    expect(await valueOf('ARRAY[1, NULL]::bigint[]')).toEqual([1, null]);
    await expect(valueOf('9007199254740992::bigint')).rejects.toThrow(RangeError);
  });

  it('gives instants as ISO 8601 text in UTC with milliseconds, whatever zone they were written in', async () => {
    expect(await valueOf("'2026-01-31T23:30:00.123456+05:30'::timestamptz")).toBe('2026-01-31T18:00:00.123Z');
    expect(await valueOf("'2026-01-31T00:00:00Z'::timestamptz")).toBe('2026-01-31T00:00:00.000Z');
    await expect(valueOf("'infinity'::timestamptz")).rejects.toThrow(RangeError);
  });

  it('keeps a connection through minutes of quiet, so that the next request need not make it anew', async () => {
    jest.useFakeTimers({ doNotFake: [...REAL_TIMERS] });
    const quiet = createDatabase(database.appUrl);
    const backend = async () =>
      (await quiet.raw<{ rows: readonly { pid: number }[] }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    try {
      const before = await backend();
      jest.advanceTimersByTime(5 * 60_000);
      expect(await backend()).toBe(before);
    } finally {
      jest.useRealTimers();
      await quiet.destroy();
    }
  });

  it('leaves the parsers of other users of the driver alone', () => {
    const parse = types.getTypeParser(types.builtins.INT8, 'text') as (text: string) => unknown;
    expect(parse('1')).toBe('1');
  });

  it('applies no migration twice, also when several processes migrate at once', async () => {
    const runs = [1, 2, 3].map(() => migrate(database.ownerUrl, database.appUrl));
    expect(await Promise.all(runs)).toEqual([[], [], []]);
    expect(await isMigrated(db)).toBe(true);
  });

  it('goes no further on a database whose migrations were others, and says what to do', async () => {
    const owner = createDatabase(database.ownerUrl);
    const changed = () =>
      owner('scrip_migration_digests').withSchema('public').where({ name: '0003_app.sql' });
    try {
      const [row] = await changed().select<{ sha256: string }[]>('sha256');
      await changed().update({ sha256: 'of other words' });
      await expect(migrate(database.ownerUrl, database.appUrl)).rejects.toThrow(
        /0003_app\.sql is not what was applied .* another SCRIP_HOME/,
      );
      await changed().update({ sha256: row?.sha256 });
      expect(await migrate(database.ownerUrl, database.appUrl)).toEqual([]);
    } finally {
      await owner.destroy();
    }
  });

  it('knows a migration by the words that it had before a later one took something away', async () => {
    const owner = createDatabase(database.ownerUrl);
    const digest = owner('scrip_migration_digests').withSchema('public').where({ name: '0003_app.sql' });
    try {
      await digest
        .clone()
        .update({ sha256: 'c6e447667595e3fed768eaa2e20e16f619683aaad374779bbce14ff5b5ed1340' });
      expect(await migrate(database.ownerUrl, database.appUrl)).toEqual([]);
    } finally {
      await owner.destroy();
    }
  });

  it('gives the application no way to change the schema', async () => {
    await expect(db.raw('CREATE TABLE app.mine (id int)')).rejects.toThrow('permission denied');
    await expect(db.raw('CREATE TABLE public.mine (id int)')).rejects.toThrow('permission denied');
  });
});
