import fc from 'fast-check';
import { credits } from '../../src/domain/credits';
import { instantOf, type Instant } from '../../src/domain/instants';
import { findHold } from '../../src/ledger/find-hold';
import { findRecordedCommand } from '../../src/ledger/find-recorded-command';
import { getBalance, type Balance } from '../../src/ledger/get-balance';
import { listLotsToBurn } from '../../src/ledger/list-lots-to-burn';
import { listStatement, type StatementEntry } from '../../src/ledger/list-statement';
import { ADA, CARL, day, liveInLedger } from './lived-in-ledger';
import { arbitraryCommands } from './model/arbitrary-commands';
import { grant, instantAt } from './model/commands';
import { useLedger } from './use-ledger';

const seed = process.env['SCRIP_TEST_SEED'];
const settings = { numRuns: 20, ...(seed === undefined ? {} : { seed: Number(seed) }) };

describe('the reads of the ledger', () => {
  const { db, ledger } = useLedger(({ database, ledger }) => liveInLedger(database.ownerUrl, ledger));
  let runs = 0;

  const readStatement = async (customerId: string, limit: number): Promise<readonly StatementEntry[]> => {
    const entries: StatementEntry[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listStatement(db, customerId, { cursor, limit });
      entries.push(...page.data);
      if (page.nextCursor === null) return entries;
      cursor = page.nextCursor;
    }
  };

  describe('balance', () => {
    it('is nothing for a customer who never had a credit', async () => {
      const nothing = { available: 0, held: 0, total: 0, owed: 0, lots: [] };
      expect(await getBalance(db, 'cus_nobody')).toEqual(nothing);
      expect(await getBalance(db, 'cus_nobody', day('02-01'))).toEqual(nothing);
      expect(await getBalance(db, ADA, instantOf(Date.parse('2025-12-31')))).toEqual(nothing);
    });

    it('shows what is left of each lot, in the order in which it will be used', async () => {
      const { lots, ...numbers } = await getBalance(db, ADA);
      expect(numbers.total).toBe(numbers.available + numbers.held);
      expect(lots.reduce((sum, { remaining }) => sum + remaining, 0)).toBe(numbers.total);
      expect(lots.map(({ grantId }) => grantId)).toEqual(['grt_adj_1', 'grt_in_ada', 'grt_ord_ada']);
      expect(lots[2]).toEqual({
        ...{ grantId: 'grt_ord_ada', source: 'add_on', amount: 1000, remaining: 1000 },
        ...{ expiresAt: null, grantedAt: day('02-03') },
      });
    });

    it('is as it was at any instant of the past', async () => {
      const owedThen = await getBalance(db, CARL, day('02-11'));
      expect(owedThen).toEqual({ available: 0, held: 0, total: 0, owed: 300, lots: [] });
      const arbitrary = arbitraryCommands(() => `run${String((runs += 1))}`);
      await fc.assert(
        fc.asyncProperty(arbitrary, async (commands) => {
          const then = new Map<string, Balance>();
          for (const command of commands) {
            await ledger.submit(command);
            // Only movements fix what was at an instant: a clock that goes wrong may come back behind a refusal.
            const { data } = await listStatement(db, command.walletId, { limit: 1 });
            const at = data[0]?.at;
            if (at !== undefined)
              then.set(`${command.walletId} ${at}`, await getBalance(db, command.walletId));
          }
          for (const [key, balance] of then) {
            const [walletId = '', at] = key.split(' ');
            expect(timeless(await getBalance(db, walletId, at as Instant))).toEqual(timeless(balance));
          }
        }),
        settings,
      );
    });
  });

  describe('statement', () => {
    it('has an entry for every movement, newest first, whose numbers follow from each other', async () => {
      const entries = await readStatement(CARL, 100);
      expect(entries.map(({ code }) => code)).toEqual([
        'clawback_undo',
        'grant',
        'grant',
        'release',
        'clawback',
        'clawback',
        'hold',
        'capture',
        'hold',
        'grant',
      ]);
      const { available, held, owed } = await getBalance(db, CARL);
      expect(entries[0]).toMatchObject({ available, held, owed, credits: 200, reason: 'The refund failed' });
      expect(entries.at(-1)).toMatchObject({
        ...{ at: day('01-10'), credits: 500, available: 500, held: 0, owed: 0, reason: 'Standard' },
        ...{ grantId: 'grt_in_carl_1', subscriptionId: 'sub_carl' },
      });
      expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
      for (const { reason } of entries) expect(reason).not.toBe('');
    });

    it('reads the same in pages of any size', async () => {
      const whole = await readStatement(ADA, 100);
      expect(whole.length).toBeGreaterThan(15);
      for (const limit of [1, 4, whole.length]) expect(await readStatement(ADA, limit)).toEqual(whole);
    });

    it('is half-open in time', async () => {
      const { data } = await listStatement(db, ADA, { from: day('01-05'), to: day('02-02'), limit: 100 });
      expect(data.map(({ code }) => code)).toEqual(['royalty', 'capture', 'hold']);
      const other = await listStatement(db, ADA, { from: day('02-02'), to: day('02-03'), limit: 100 });
      expect(other.data.map(({ code }) => code)).toEqual(['royalty_reversal', 'refund']);
      expect(other.data[1]).toMatchObject({ spendId: 'spd_license', reason: 'Not as described' });
    });

    it.each(['', 'x', 'MA', '-1', '1-', '1.5', '1-2-3', '9'.repeat(30)])(
      'refuses a cursor that it never gave out: %p',
      async (cursor) => {
        await expect(listStatement(db, ADA, { cursor, limit: 10 })).rejects.toMatchObject({
          code: 'invalid_request',
        });
      },
    );
  });

  it('finds what was recorded under a key, refusals included', async () => {
    expect(await findRecordedCommand(db, 'nothing')).toBeUndefined();
    expect(await findRecordedCommand(db, 'spd_greedy/refused')).toMatchObject({
      ...{ fingerprint: 'spd_greedy/refused', outcome: 'insufficient_credits' },
      reply: { required: 1_000_000, effectiveAt: day('03-03') },
    });
    const replay = await ledger.submit({
      ...{ op: 'settle', key: 'spd_four/settle', fingerprint: 'spd_four/settle', walletId: ADA, reason: '' },
      ...{ holdId: 'hld_spd_four', credits: credits(3), succeeded: true, effectiveAt: day('12-01') },
    });
    const { outcome, reply } = (await findRecordedCommand(db, 'spd_four/settle'))!;
    expect({ outcome, reply, replayed: true }).toEqual(replay);
  });

  it('finds a hold', async () => {
    expect(await findHold(db, 'hld_none')).toBeUndefined();
    expect(await findHold(db, 'hld_open')).toEqual({
      ...{ id: 'hld_open', customerId: ADA, spendId: null, reference: 'hld_open', status: 'open' },
      ...{ credits: { held: 20, captured: 5, released: 0 }, expiresAt: null, createdAt: day('02-05') },
    });
    expect(await findHold(db, 'hld_late')).toMatchObject({ status: 'expired', expiresAt: day('02-20') });
  });

  it('names the lots that a hold of so many credits will take from', async () => {
    const wallet = 'cus_burn';
    await ledger.submit(
      grant(wallet, 'paid', 30, { source: 'add_on', cost: { amountMinor: 100, currency: 'usd' } }),
    );
    await ledger.submit(grant(wallet, 'late', 20, { expiresAt: instantAt(9000) }));
    await ledger.submit(grant(wallet, 'free', 10));
    const lots = await listLotsToBurn(db, wallet, 45);
    expect(lots.map(({ grantId, credits: amount }) => [grantId, amount])).toEqual([
      ...[
        ['late', 20],
        ['free', 10],
        ['paid', 15],
      ],
    ]);
    await ledger.submit({
      ...{
        op: 'hold',
        key: 'hold:burn',
        fingerprint: '',
        walletId: wallet,
        holdId: 'burn',
        credits: credits(45),
      },
      ...{ action: 'external', reason: '', effectiveAt: instantAt(1) },
    });
    const { rows } = await db.raw<{ rows: unknown[] }>(`
      SELECT l.grant_id AS "grantId", l.source, t.credits, l.expires_at AS "expiresAt" FROM ledger.hold_lots t
      JOIN ledger.lots l ON l.wallet_id = 'cus_burn' AND l.lot_no = t.lot_no WHERE t.hold_id = 'burn' ORDER BY t.position`);
    expect(rows).toEqual(lots);
    expect(await listLotsToBurn(db, wallet, 1000)).toMatchObject([{ grantId: 'paid', credits: 15 }]);
    expect(await listLotsToBurn(db, 'cus_nobody', 5)).toEqual([]);
  });
});

/** An expired lot that gets credits back lives longer: its end is of today, and with it the order of use. */
function timeless({ lots, ...numbers }: Balance) {
  const ends = lots.map(({ grantId, source, amount, remaining, grantedAt }) => ({
    ...{ grantId, source, amount, remaining, grantedAt },
  }));
  return { ...numbers, lots: ends.sort((a, b) => (a.grantId < b.grantId ? -1 : 1)) };
}
