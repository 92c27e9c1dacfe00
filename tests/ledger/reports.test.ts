import fc from 'fast-check';
import { instantOf } from '../../src/domain/instants';
import { revenueReport } from '../../src/ledger/revenue-report';
import { rollForwardReport } from '../../src/ledger/roll-forward-report';
import { rollUp } from '../../src/ledger/roll-up';
import { createDatabase } from '../../src/platform/database';
import { day, liveInLedger } from './lived-in-ledger';
import { arbitraryCommands } from './model/arbitrary-commands';
import { grant } from './model/commands';
import { rollUpAll } from './roll-up-all';
import { useLedger } from './use-ledger';

const seed = process.env['SCRIP_TEST_SEED'];
const settings = { numRuns: 15, ...(seed === undefined ? {} : { seed: Number(seed) }) };

interface JournalRow {
  month: string;
  code: string;
  debit: string;
  credit: string;
  credits: number;
  cost: number;
}

describe('the reports', () => {
  const { database, db, ledger } = useLedger(({ database, ledger }) =>
    liveInLedger(database.ownerUrl, ledger),
  );
  let runs = 0;

  const rowsOf = async <Row>(sql: string): Promise<Row[]> => (await db.raw<{ rows: Row[] }>(sql)).rows;

  it('roll credits forward by month', async () => {
    const report = await rollForwardReport(db, {});
    expect(report).toEqual([
      // Two sign-ups, three plans; 1 + 3 images, a licence, work for carl.
      {
        month: '2026-01',
        opening: 0,
        ...{ granted: 1520, captured: 404, refunded: 0 },
        ...none,
        closing: 1116,
      },
      // An add-on, a goodwill, carl's second month; part of an outside hold; a refund and a dispute at Stripe.
      {
        ...{ month: '2026-02', opening: 1116, granted: 1550, captured: 5, refunded: 40 },
        ...{ expired: 0, clawed: 600, restored: 60, closing: 2161 },
      },
      // What was free of the goodwill (an open hold keeps the rest); the refund that failed in part; dora's days, and her month.
      {
        ...{ month: '2026-03', opening: 2161, granted: 508, captured: 3, refunded: 2 },
        ...{ expired: 32, clawed: 0, restored: 200, closing: 2836 },
      },
    ]);
  });

  it('tell what each kind of work earned, in credits and in money, and what is deferred', async () => {
    const [january, february] = await revenueReport(db, { from: day('01-15'), to: day('02-15') });
    expect(january?.earned).toEqual([
      {
        ...{ action: 'external', captured: 300, refunded: 0, credits: 300, royalties: 0 },
        money: [{ currency: 'usd', amountMinor: 1500 }],
      },
      {
        ...{ action: 'generate_images', captured: 104, refunded: 0, credits: 104, royalties: 30 },
        // 10 + 1 of the captured credits were given away.
        money: [{ currency: 'usd', amountMinor: 465 }],
      },
    ]);
    expect(january?.deferred).toEqual([
      { currency: 'eur', opening: 0, granted: 0, earned: 0, repaid: 0, expired: 0, clawed: 0, closing: 0 },
      {
        ...{ currency: 'usd', opening: 0, granted: 7503, earned: 1965, repaid: 0, expired: 0, clawed: 0 },
        closing: 5538,
      },
    ]);
    expect(february?.month).toBe('2026-02');
    expect(february?.deferred[0]).toMatchObject({ currency: 'eur', opening: 0, granted: 4000 });
    expect(february?.deferred[1]).toMatchObject({ currency: 'usd', opening: 5538, granted: 2501 });
  });

  it('cover every month that is asked for, also those in which nothing happened', async () => {
    const range = { from: day('03-31'), to: instantOf(Date.parse('2026-06-01')) };
    const months = await rollForwardReport(db, range);
    expect(months.map(({ month }) => month)).toEqual(['2026-03', '2026-04', '2026-05']);
    expect(months.at(-1)).toMatchObject({ opening: 2836, granted: 0, closing: 2836 });
    const revenue = await revenueReport(db, range);
    expect(revenue.map(({ month }) => month)).toEqual(['2026-03', '2026-04', '2026-05']);
    expect(revenue.at(-1)?.earned).toEqual([]);
    expect(revenue.at(-1)?.deferred).toHaveLength(2);
  });

  it('add up to the journal, whatever part of it is rolled up', async () => {
    const arbitrary = arbitraryCommands(() => `run${String((runs += 1))}`);
    await fc.assert(
      fc.asyncProperty(arbitrary, async (commands) => {
        for (const command of commands) await ledger.submit(command);
        const [rolledForward, revenue] = [await rollForwardReport(db, {}), await revenueReport(db, {})];
        await expectToEqualJournal(rolledForward, revenue);
        await db.raw('SELECT ledger.roll_up(5)');
        expect(await rollForwardReport(db, {})).toEqual(rolledForward);
        expect(await revenueReport(db, {})).toEqual(revenue);
        await rollUpAll(db);
        expect(await rollForwardReport(db, {})).toEqual(rolledForward);
        expect(await revenueReport(db, {})).toEqual(revenue);
      }),
      settings,
    );
    expect(await rowsOf('SELECT FROM ledger.rollups')).not.toHaveLength(0);
  });

  it('are right after a restore into a cluster that counts transactions anew, once the sums begin anew', async () => {
    const owner = createDatabase(database.ownerUrl, { connectionsMax: 1 });
    await owner.raw(`
      ALTER TABLE ledger.journal DISABLE TRIGGER journal_append_only;
      UPDATE ledger.journal SET xid = (xid::text::bigint + 1000000000)::text::xid8;
      ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_append_only;
      UPDATE ledger.rollup_position SET rolled_up_to = (rolled_up_to::text::bigint + 1000000000)::text::xid8`);
    // As the runbook says.
    await owner.raw(`
      TRUNCATE ledger.rollups, ledger.cost_rollups, ledger.command_rollups;
      UPDATE ledger.rollup_position SET rolled_up_to = '0'`);
    await owner.destroy();
    await ledger.submit(grant('cus_after', 'grt_after', 70));
    for (let calls = 0; calls < 2; calls += 1) {
      await expectToEqualJournal(await rollForwardReport(db, {}), await revenueReport(db, {}));
      await rollUp(db);
    }
    expect(await rowsOf('SELECT FROM ledger.rollups')).not.toHaveLength(0);
  });

  /** Adds the journal up row by row, by nothing but its own columns. */
  async function expectToEqualJournal(
    rolledForward: Awaited<ReturnType<typeof rollForwardReport>>,
    revenue: Awaited<ReturnType<typeof revenueReport>>,
  ): Promise<void> {
    const journal = await rowsOf<JournalRow>(`
      SELECT to_char(effective_at, 'YYYY-MM') AS month, code, debit, credit, credits,
        coalesce((SELECT sum(c) FROM unnest(lot_costs) c), 0)::bigint AS cost FROM ledger.journal`);
    const sum = (where: (row: JournalRow) => boolean, of: 'credits' | 'cost' = 'credits') =>
      journal.filter(where).reduce((total, row) => total + row[of], 0);
    for (const { month, ...figures } of rolledForward) {
      const byCode = (code: string) => sum((row) => row.month === month && row.code === code);
      expect(figures).toMatchObject({
        ...{ granted: byCode('grant'), captured: byCode('capture'), refunded: byCode('refund') },
        ...{ expired: byCode('expire'), clawed: byCode('clawback'), restored: byCode('clawback_undo') },
      });
    }
    for (const { month, earned, deferred } of revenue) {
      for (const { action, captured, refunded, money } of earned) {
        const account = `revenue:${action}`;
        const isOf = (row: JournalRow) => row.month === month && [row.debit, row.credit].includes(account);
        expect(captured).toBe(sum((row) => isOf(row) && row.code === 'capture'));
        expect(refunded).toBe(sum((row) => isOf(row) && row.code === 'refund'));
        expect(money.reduce((total, { amountMinor }) => total + amountMinor, 0)).toBe(sum(isOf, 'cost'));
      }
      const left = deferred.reduce(
        (total, row) => total + row.earned + row.repaid + row.expired + row.clawed,
        0,
      );
      expect(left).toBe(sum((row) => row.month === month, 'cost'));
    }
    const [totals] = await rowsOf<{ total: number; paid: number; left: number }>(`
      SELECT (SELECT sum(available + held - owed) FROM ledger.wallets)::bigint AS total,
        (SELECT sum(cost_minor) FROM ledger.lots)::bigint AS paid,
        (SELECT sum(c) FROM ledger.journal, unnest(lot_costs) c)::bigint AS left`);
    expect(rolledForward.at(-1)?.closing).toBe(totals!.total);
    const closing = revenue.at(-1)!.deferred.reduce((total, row) => total + row.closing, 0);
    expect(closing).toBe(totals!.paid - totals!.left);
  }
});

const none = { expired: 0, clawed: 0, restored: 0 };
