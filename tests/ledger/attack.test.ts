import type { Knex } from 'knex';
import { credits } from '../../src/domain/credits';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ATTACKS, EVE } from './attacks';
import { day, liveInLedger } from './lived-in-ledger';

const PERMISSION_DENIED = '42501';
const NOT_NULL_VIOLATION = '23502';
const INVALID_PARAMETER_VALUE = '22023';

/** As the application's role would call it without our code. */
const callOf = (...commands: readonly object[]) =>
  `SELECT * FROM ledger.apply_batch('${JSON.stringify(commands)}'::jsonb)`;

const GIFT = {
  ...{ op: 'grant', key: 'gift', fingerprint: '', wallet_id: EVE, effective_at: day('01-02'), credits: 5 },
  ...{ grant_id: 'grt_gift', source: 'promo' },
};

/** What refuses rows of the ledger: constraints (those of domains too), unique indexes and triggers, from the catalog. */
const DEFENCES = `
  SELECT c.conname AS name, CASE WHEN c.contypid <> 0
    THEN format('ALTER DOMAIN %s DROP CONSTRAINT %I', c.contypid::regtype, c.conname)
    ELSE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', c.conrelid::regclass, c.conname) END AS removal
  FROM pg_constraint c WHERE c.connamespace = 'ledger'::regnamespace AND c.contype NOT IN ('n', 't')
  UNION ALL
  SELECT relname, format('DROP INDEX %s', indexrelid::regclass)
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE indisunique AND relnamespace = 'ledger'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid)
  UNION ALL
  SELECT tgname, format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
  WHERE NOT tgisinternal AND relnamespace = 'ledger'::regnamespace`;

describe('the proof by the database', () => {
  let database: TestDatabase;
  let owner: Knex;
  let app: Knex;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = createDatabase(database.ownerUrl);
    app = createDatabase(database.appUrl);
    const ledger = createLedger({ databaseUrl: database.appUrl });
    await liveInLedger(database.ownerUrl, ledger);
    const common = { walletId: EVE, fingerprint: '', reason: 'x', effectiveAt: day('01-01') };
    await ledger.submit({
      ...{
        ...common,
        op: 'grant',
        key: `signup:${EVE}`,
        grantId: 'grt_eve',
        source: 'signup',
        credits: credits(100),
      },
      ...{ cost: null, expiresAt: null },
    });
    await ledger.submit({
      ...{
        ...common,
        op: 'hold',
        key: 'hold:eve',
        holdId: 'hld_eve',
        credits: credits(40),
        action: 'external',
      },
    });
    await ledger.close();
  });

  afterAll(async () => {
    await app.destroy();
    await owner.destroy();
    await database.drop();
  });

  /** Runs a statement up to where a commit would check everything, and takes it back. Answers the error, if any. */
  const attempt = async (db: Knex, sql: string, before = 'SELECT 1') => {
    const transaction = await db.transaction();
    try {
      await transaction.raw(before);
      await transaction.raw(`${sql}; SET CONSTRAINTS ALL IMMEDIATE`);
      return undefined;
    } catch (error) {
      return error as { code: string; constraint?: string };
    } finally {
      await transaction.rollback();
    }
  };

  describe.each(ATTACKS.map((attack) => [attack.what, attack.on, attack] as const))(
    '%s (%s)',
    (_what, _on, attack) => {
      it('is refused to the owner', async () => {
        const refusal = await attempt(owner, attack.sql);
        // Class 23: integrity constraint violation.
        expect(refusal?.code).toMatch(/^23/);
      });

      it('is refused to the application, which has no right to try', async () => {
        expect(await attempt(app, attack.sql)).toMatchObject({ code: PERMISSION_DENIED });
      });
    },
  );

  it('needs every one of its constraints: without it, an attack succeeds', async () => {
    const { rows } = await owner.raw<{ rows: { name: string; removal: string }[] }>(DEFENCES);
    expect(rows.length).toBeGreaterThan(40);
    const unneeded: string[] = [];
    for (const { name, removal } of rows) {
      const aimed = ATTACKS.filter(({ on }) => on === name);
      const refusals = [];
      for (const { sql } of aimed) refusals.push(await attempt(owner, sql, removal));
      if (!refusals.includes(undefined)) unneeded.push(name);
    }
    expect(unneeded).toEqual([]);
  });

  it('refuses an unknown number in every column that must have one', async () => {
    const { rows } = await owner.raw<{ rows: { table: string; column: string }[] }>(`
      SELECT attrelid::regclass::text AS table, quote_ident(attname) AS column
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r' AND attnotnull AND attnum > 0 AND attgenerated = ''
        AND relname NOT LIKE '%roll%'`);
    expect(rows.length).toBeGreaterThan(50);
    for (const { table, column } of rows) {
      const disarm = `ALTER TABLE ${table} DISABLE TRIGGER USER`;
      const refusal = await attempt(owner, `UPDATE ${table} SET ${column} = NULL`, disarm);
      expect([table, column, refusal?.code]).toEqual([table, column, NOT_NULL_VIOLATION]);
    }
  });

  it('gives the application two functions to call, and no other right than to read', async () => {
    const { rows: functions } = await owner.raw<{ rows: { name: string }[] }>(`
      SELECT proname AS name FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        AND has_function_privilege('scrip_app', oid, 'EXECUTE') ORDER BY proname`);
    expect(functions.map(({ name }) => name)).toEqual(['apply_batch', 'roll_up']);
    const { rows: writable } = await owner.raw<{ rows: unknown[] }>(`
      SELECT relname FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'v', 'p')
        AND has_table_privilege('scrip_app', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`);
    expect(writable).toEqual([]);
  });

  it.each([
    ['disable a trigger', 'ALTER TABLE ledger.journal DISABLE TRIGGER ALL'],
    ['drop a constraint', 'ALTER TABLE ledger.wallets DROP CONSTRAINT wallets_last_row'],
    [
      'replace a function',
      'CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE sql AS $$ $$',
    ],
    ['switch triggers off', 'SET LOCAL session_replication_role = replica'],
  ])('does not let the application %s', async (_what, sql) => {
    expect(await attempt(app, sql)).toMatchObject({ code: expect.stringMatching(/^42/) as string });
  });

  it('runs nothing of the application as its owner: its temporary types and tables hide none of the ledger', async () => {
    const types = ['text', 'xid8', 'timestamptz', 'jsonb', 'date'];
    const hide = `
      CREATE FUNCTION pg_temp.spy(v anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        RAISE 'runs as %', current_user USING ERRCODE = 'insufficient_privilege';
      END $$;
      ${types.map((type) => `CREATE DOMAIN pg_temp.${type} AS pg_catalog.${type} CHECK (pg_temp.spy(VALUE));`).join('\n')}`;
    for (const walletId of [EVE, 'cus_new']) {
      const sql = callOf({ ...GIFT, wallet_id: walletId }).replace('::jsonb', '::pg_catalog.jsonb');
      expect(await attempt(app, `${sql}; SELECT ledger.roll_up(1000)`, hide)).toBeUndefined();
    }
    const { rows } = await owner.raw<{ rows: { name: string; settings: string[] | null }[] }>(`
      SELECT oid::regprocedure::text AS name, proconfig AS settings FROM pg_proc
      WHERE pronamespace IN ('ledger'::regnamespace, 'app'::regnamespace) AND prosecdef`);
    for (const { name, settings } of rows) {
      expect([name, settings]).toEqual([
        name,
        expect.arrayContaining(['search_path=pg_catalog, pg_temp']) as string[],
      ]);
    }
  });

  it.each([
    ['a capture', 'hld_four_parts', { op: 'capture', final: false }],
    ['a last capture', 'hld_four_parts', { op: 'capture', final: true }],
    ['a refund', 'hld_four_parts', { op: 'refund' }],
    ['a hold', 'hld_new', { op: 'hold', action: 'external' }],
    ['a grant', '', { ...GIFT, key: 'gift:less' }],
    ['a clawback', '', { op: 'clawback', clawback_id: 'less', available_only: false }],
  ])('refuses the application %s of less than nothing', async (_what, holdId, command) => {
    const common = { wallet_id: EVE, fingerprint: '', effective_at: day('01-02'), hold_id: holdId };
    const before = [
      { ...common, key: 'before:1', op: 'hold', action: 'external', credits: 4, hold_id: 'hld_four_parts' },
      { ...common, key: 'before:2', op: 'capture', credits: 2, final: false, hold_id: 'hld_four_parts' },
      { ...common, key: 'before:3', op: 'refund', credits: 1, hold_id: 'hld_four_parts' },
    ];
    const refusal = await attempt(
      app,
      callOf({ ...common, key: 'less', ...command, credits: -1 }),
      callOf(...before),
    );
    expect(refusal?.code).toMatch(/^23/);
  });

  it('does not let the application count again what a roll-up has counted', async () => {
    const refusal = await attempt(app, 'SELECT ledger.roll_up(-100)', 'SELECT ledger.roll_up(1000000)');
    expect(refusal).toMatchObject({ code: INVALID_PARAMETER_VALUE });
  });

  it('keeps the journal append-only for whoever switches ordinary triggers off', async () => {
    const sql = `UPDATE ledger.journal SET reason = 'x'`;
    const refusal = await attempt(owner, sql, 'SET LOCAL session_replication_role = replica');
    expect(refusal?.constraint).toBe('journal_append_only');
  });
});
