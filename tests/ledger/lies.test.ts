import type { Knex } from 'knex';
import { instantOf } from '../../src/domain/instants';
import { audit, type Audit } from '../../src/audit/ledger/audit-ledger';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { disarm } from './disarm';
import { LIES, type Lie } from './lies';
import { liveInLedger, RUNNING_SPEND } from './lived-in-ledger';
import { rollUpAll } from './roll-up-all';

const CHECKED_AT = instantOf(Date.parse('2026-04-01'));

describe('the audit of a superuser who lies, with triggers and constraints switched off', () => {
  let database: TestDatabase;
  let db: Knex;

  beforeAll(async () => {
    database = await createTestDatabase();
    const ledger = createLedger({ databaseUrl: database.appUrl });
    await liveInLedger(database.ownerUrl, ledger);
    await ledger.close();
    db = createDatabase(database.ownerUrl, { connectionsMax: 1 });
    await rollUpAll(db);
    await disarm(db);
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  /** The audit of the liar's own transaction, which is then rolled back. */
  const auditAfter = async (sql: string, liveSpends: readonly string[] = [RUNNING_SPEND]): Promise<Audit> => {
    const transaction = await db.transaction();
    try {
      await transaction.raw(sql);
      return await audit(transaction, {
        checkedAt: CHECKED_AT,
        hasLiveWorkflow: (spendId) => Promise.resolve(liveSpends.includes(spendId)),
      });
    } finally {
      await transaction.rollback();
    }
  };

  /** Each lie is told once. */
  const told = new Map<string, Audit>();
  const tell = async ({ sql }: Lie): Promise<Audit> => {
    const known = told.get(sql) ?? (await auditAfter(sql));
    told.set(sql, known);
    return known;
  };

  it('believes the truth', async () => {
    const { ok, checks } = await auditAfter('SELECT 1');
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
  });

  it.each(LIES.map((lie) => [lie.table, lie.told, lie] as const))(
    'names %s: %s',
    async (_table, _told, lie) => {
      const { ok, checks } = await tell(lie);
      expect(ok).toBe(false);
      const named = checks.flatMap(({ offenders }) => offenders).map(({ table, id }) => `${table} ${id}`);
      expect(named).toContainEqual(expect.stringContaining(`${lie.table} ${lie.id}`));
    },
  );

  it('names an open hold on which nobody works', async () => {
    const { checks } = await auditAfter('SELECT 1', []);
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([
      { name: 'open_holds_have_workflows', offenders: [{ id: `hld_${RUNNING_SPEND}` }] },
    ]);
  });

  it('has a lie for every check', async () => {
    const untested = new Set((await auditAfter('SELECT 1')).checks.map(({ name }) => name));
    untested.delete('open_holds_have_workflows');
    for (const lie of LIES) {
      for (const { name, ok } of (await tell(lie)).checks) if (!ok) untested.delete(name);
    }
    expect([...untested]).toEqual([]);
  });
});
