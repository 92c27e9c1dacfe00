import type { Knex } from 'knex';
import type { Ledger, LedgerCommand, LedgerResult } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { listOffences } from './model/list-offences';
import { admit, grant, hold, settle } from './model/commands';

describe('the ledger under many callers at once', () => {
  let database: TestDatabase;
  let db: Knex;
  /** Two processes' worth, so that row locks decide and not one lane. */
  let ledgers: readonly Ledger[];

  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDatabase(database.appUrl);
    ledgers = [1, 2].map(() => createLedger({ databaseUrl: database.appUrl }));
  });

  afterAll(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await db.destroy();
    await database.drop();
  });

  afterEach(async () => {
    expect(await listOffences(db)).toEqual([]);
  });

  const submitAll = (commands: readonly LedgerCommand[]): Promise<LedgerResult[]> =>
    Promise.all(commands.map((command, index) => ledgers[index % 2]!.submit(command)));

  const numbered = <Item>(count: number, make: (index: number) => Item): Item[] =>
    Array.from({ length: count }, (_, index) => make(index));

  const countBy = (results: readonly LedgerResult[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { outcome, replayed } of results) {
      const name = replayed ? `${outcome} again` : outcome;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  const balanceOf = async (id: string): Promise<unknown> =>
    db.withSchema('ledger').from('wallets').where({ id }).first('available', 'held', 'owed');

  it('places exactly 6 of 20 holds of 75 on 500 credits', async () => {
    await submitAll([grant('six', 'six-signup', 500)]);
    const results = await submitAll(numbered(20, (n) => hold('six', `six-${n}`, 75)));
    expect(countBy(results)).toEqual({ applied: 6, insufficient_credits: 14 });
    expect(await balanceOf('six')).toEqual({ available: 50, held: 450, owed: 0 });
  });

  it('is exact for a thousand holds at once on one wallet', async () => {
    await submitAll([grant('hot', 'hot-signup', 4_003)]);
    const results = await submitAll(numbered(1_000, (n) => hold('hot', `hot-${n}`, 7)));
    expect(countBy(results)).toEqual({ applied: 571, insufficient_credits: 429 });
    expect(await balanceOf('hot')).toEqual({ available: 6, held: 3_997, owed: 0 });
  });

  it('applies the same key a thousand times once', async () => {
    await submitAll([grant('same', 'same-signup', 100)]);
    const results = await submitAll(numbered(1_000, () => hold('same', 'same-1', 7)));
    expect(countBy(results)).toEqual({ applied: 1, 'applied again': 999 });
    expect(new Set(results.map(({ reply }) => JSON.stringify(reply))).size).toBe(1);
    expect(await balanceOf('same')).toEqual({ available: 93, held: 7, owed: 0 });
  });

  it('gives the last credit to one of many', async () => {
    await submitAll([grant('last', 'last-signup', 1)]);
    const results = await submitAll(numbered(200, (n) => hold('last', `last-${n}`, 1)));
    expect(countBy(results)).toEqual({ applied: 1, insufficient_credits: 199 });
  });

  it('lets one of a capture and a void win whole and tells the others', async () => {
    const ids = numbered(50, (n) => `race-${n}`);
    await submitAll([grant('race', 'race-signup', 5_000)]);
    await submitAll(ids.map((id) => hold('race', id, 10)));
    const results = await submitAll(
      ids.flatMap((id) => [
        settle('race', id, 10),
        {
          ...{ op: 'void', key: `${id}/void`, fingerprint: id, walletId: 'race', holdId: `hold_${id}` },
          ...{ effectiveAt: settle('race', id, 0).effectiveAt, expired: false, reason: 'Stopped' },
        },
        settle('race', id, 4, { key: `${id}/other` }),
      ]),
    );
    expect(countBy(results)).toEqual({ applied: 50, hold_already_settled: 100 });
    const { rows } = await db.raw<{ rows: readonly { captured: number; released: number }[] }>(
      `SELECT DISTINCT captured, released FROM ledger.holds WHERE wallet_id = 'race'`,
    );
    for (const { captured, released } of rows) {
      expect(captured + released).toBe(10);
      expect([0, 4, 10]).toContain(captured);
    }
  });

  it('refuses, replays and moves nothing for a refusal, however many ask', async () => {
    await submitAll([grant('refused', 'refused-signup', 5)]);
    const results = await submitAll(numbered(300, (n) => admit('refused', `refused-${n % 3}`, 6)));
    expect(countBy(results)).toEqual({ insufficient_credits: 3, 'insufficient_credits again': 297 });
    await submitAll([grant('refused', 'refused-more', 50)]);
    const [again] = await submitAll([hold('refused', 'refused-1', 6)]);
    expect(again).toMatchObject({ outcome: 'insufficient_credits', replayed: true });
    expect(await balanceOf('refused')).toEqual({ available: 55, held: 0, owed: 0 });
  });

  it('spends out of many wallets at once, the same keys over and over, without a deadlock', async () => {
    const wallets = numbered(20, (n) => `many-${n}`);
    await submitAll(wallets.map((id) => grant(id, `${id}-signup`, 1_000)));
    const commands = numbered(2_000, (n) => hold(`many-${(n * 7) % 20}`, `many-spend-${n % 500}`, 1));
    const results = await submitAll(commands);
    const { applied, 'applied again': again, idempotency_key_reused: reused } = countBy(results);
    expect({ applied, others: (again ?? 0) + (reused ?? 0) }).toEqual({ applied: 500, others: 1_500 });
  });
});
