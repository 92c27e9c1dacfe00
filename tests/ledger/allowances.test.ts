import { credits } from '../../src/domain/credits';
import type { Instant } from '../../src/domain/instants';
import type { Allowance, LedgerCommand } from '../../src/ledger/commands';
import { getBalance } from '../../src/ledger/get-balance';
import { createLedger } from '../../src/ledger/ledger';
import { listLotsToBurn } from '../../src/ledger/list-lots-to-burn';
import { listStatement } from '../../src/ledger/list-statement';
import { expireDue, sweepExpired } from '../../src/ledger/sweep-expired';
import { admit, clawback, externalHold, grant, hold, instantAt, settle, undo } from './model/commands';
import { listOffences } from './model/list-offences';
import { useLedger } from './use-ledger';

describe('allowances', () => {
  const { database, db, ledger } = useLedger();

  afterEach(async () => {
    expect(await listOffences(db)).toEqual([]);
  });

  const submit = (command: LedgerCommand) => ledger.submit(command);

  /** Five credits a day up to five, unless said otherwise. */
  const daily = (walletId: string, day: number, more: Partial<Allowance> = {}): Allowance => ({
    ...{ key: `grant:${walletId}:daily:${String(day)}`, grantId: `${walletId}-daily-${String(day)}` },
    ...{
      allowance: 'daily',
      credits: credits(5),
      upTo: credits(5),
      expiresAt: null,
      reason: 'Daily credits',
    },
    ...more,
  });

  const at = (day: number): Instant => instantAt(24 * day + 12);

  const rowsOf = async (walletId: string): Promise<readonly string[]> => {
    const { rows } = await db.raw<{ rows: readonly { text: string }[] }>(
      `SELECT code || ' ' || credits || ' ' || key AS text FROM ledger.journal WHERE wallet_id = :walletId AND seq > 0 ORDER BY seq`,
      { walletId },
    );
    return rows.map(({ text }) => text);
  };

  it('come first with the next command of the day, once, and do not add up', async () => {
    const spend = (id: string, day: number, amount: number) =>
      submit(
        hold('days', id, amount, {
          ...{ capture: true, effectiveAt: at(day), allowances: [daily('days', day)] },
        }),
      );
    expect(await spend('days-1', 1, 2)).toMatchObject({ outcome: 'applied', reply: { available: 3 } });
    expect(await spend('days-2', 1, 4)).toMatchObject({ outcome: 'insufficient_credits' });
    // Nobody came by on the second day: it is not made up.
    expect(await spend('days-3', 3, 5)).toMatchObject({ outcome: 'applied', reply: { available: 0 } });
    expect(await rowsOf('days')).toEqual([
      ...['grant 5 grant:days:daily:1', 'hold 2 days-1/hold', 'capture 2 days-1/capture'],
      ...['grant 2 grant:days:daily:3', 'hold 5 days-3/hold', 'capture 5 days-3/capture'],
    ]);
  });

  it('are recorded when they bring nothing, and stay for the day', async () => {
    const come = (day: number, more: Partial<Allowance> = {}) =>
      submit(
        admit('full', `full-${String(day)}`, 1, {
          effectiveAt: at(day),
          allowances: [daily('full', day, more)],
        }),
      );
    expect(await come(1)).toMatchObject({ outcome: 'admitted', reply: { available: 5 } });
    expect(await come(2)).toMatchObject({ outcome: 'admitted', reply: { available: 5 } });
    const recorded: unknown = await db
      .from('ledger.commands')
      .where({ key: 'grant:full:daily:2' })
      .first('outcome', 'reply');
    expect(recorded).toEqual({
      outcome: 'applied',
      reply: { granted: 0, repaid: 0, allowance: 'daily', upTo: 5 },
    });
    await submit(hold('full', 'full-hold', 5, { effectiveAt: at(2) }));
    // Another plan since this morning: what is known is known.
    expect(await come(2, { credits: credits(50), upTo: null })).toMatchObject({
      outcome: 'insufficient_credits',
    });
  });

  it('come with a refusal, and not with a repeat', async () => {
    const refused = hold('refused', 'refused-1', 9, {
      ...{ effectiveAt: at(1), allowances: [daily('refused', 1)] },
    });
    expect(await submit(refused)).toMatchObject({
      outcome: 'insufficient_credits',
      reply: { required: 9, shortfall: 4, available: 5 },
    });
    const repeat = { ...refused, effectiveAt: at(2), allowances: [daily('refused', 2)] };
    expect(await submit(repeat)).toMatchObject({ outcome: 'insufficient_credits', replayed: true });
    expect(await rowsOf('refused')).toEqual(['grant 5 grant:refused:daily:1']);
  });

  it('repay a debt first', async () => {
    const paid = {
      source: 'add_on',
      cost: { amountMinor: 100, currency: 'usd' },
      paymentId: 'pay_debt',
    } as const;
    await submit(grant('debt', 'debt-add-on', 8, paid));
    await submit(hold('debt', 'debt-work', 8, { capture: true }));
    await submit(clawback('debt', 're_debt', 8, 'pay_debt'));
    const come = (day: number) =>
      submit(
        admit('debt', `debt-${String(day)}`, 0, { effectiveAt: at(day), allowances: [daily('debt', day)] }),
      );
    expect(await come(1)).toMatchObject({ reply: { available: 0, owed: 3 } });
    expect(await come(2)).toMatchObject({ reply: { available: 2, owed: 0 } });
    // Won after all: what the days had paid comes back to them, up to their limit.
    await submit({ ...undo('debt', 're_debt'), effectiveAt: at(3) });
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `SELECT grant_id, free, repaid, expired FROM ledger.lots WHERE wallet_id = 'debt' ORDER BY lot_no`,
    );
    expect(rows).toEqual([
      { grant_id: 'debt-add-on', free: 0, repaid: 0, expired: 0 },
      { grant_id: 'debt-daily-1', free: 0, repaid: 0, expired: 5 },
      { grant_id: 'debt-daily-2', free: 5, repaid: 0, expired: 0 },
    ]);
  });

  it('let a refund bring back no more than their limit; the rest expires at once', async () => {
    const first = hold('back', 'back-1', 5, { effectiveAt: at(1), allowances: [daily('back', 1)] });
    await submit(first);
    await submit(settle('back', 'back-1', 5, { effectiveAt: at(1) }));
    await submit(hold('back', 'back-2', 2, { effectiveAt: at(2), allowances: [daily('back', 2)] }));
    const back = (key: string, amount: number) =>
      submit({
        ...{ op: 'refund', key, fingerprint: '', walletId: 'back', effectiveAt: at(2), refundId: key },
        ...{ holdId: 'hold_back-1', credits: credits(amount), reason: 'Sorry' },
      });
    // Three are free and two are held: five are left.
    expect(await back('refund:1', 3)).toMatchObject({
      outcome: 'applied',
      reply: { refunded: 3, available: 3, held: 2 },
    });
    await submit(settle('back', 'back-2', 2, { effectiveAt: at(2) }));
    expect(await back('refund:2', 2)).toMatchObject({ reply: { refunded: 2, available: 5, held: 0 } });
    expect(await rowsOf('back')).toEqual([
      ...['grant 5 grant:back:daily:1', 'hold 5 back-1/hold', 'capture 5 back-1/capture'],
      ...['grant 5 grant:back:daily:2', 'hold 2 back-2/hold'],
      ...['refund 3 refund:1', 'expire 3 refund:1/expire', 'capture 2 back-2/capture', 'refund 2 refund:2'],
    ]);
  });

  it('count a released hold as left, so that it brings back nothing too much', async () => {
    await submit(hold('held', 'held-1', 4, { effectiveAt: at(1), allowances: [daily('held', 1)] }));
    const come = admit('held', 'held-2', 0, { effectiveAt: at(2), allowances: [daily('held', 2)] });
    expect(await submit(come)).toMatchObject({ reply: { available: 1, held: 4 } });
    expect(await submit(settle('held', 'held-1', 0, { effectiveAt: at(2) }))).toMatchObject({
      reply: { available: 5, held: 0 },
    });
  });

  it('with an end expire with it, by a sweep that brings nothing along', async () => {
    const ending = (day: number) =>
      daily('ending', day, { expiresAt: instantAt(24 * (day + 1)), upTo: null });
    const finding = createLedger({
      databaseUrl: database.appUrl,
      allowancesOf: (_walletId, instant) => Promise.resolve([ending(Math.floor(hoursOf(instant) / 24))]),
    });
    const spend = await finding.submit(hold('ending', 'ending-1', 2, { effectiveAt: at(1), capture: true }));
    expect(spend).toMatchObject({ outcome: 'applied', reply: { available: 3 } });
    expect(await sweepExpired(db, finding, at(2))).toMatchObject({ lots: 1 });
    await expireDue(db, finding, 'ending', at(2));
    expect(await getBalance(db, 'ending')).toMatchObject({ available: 0, lots: [] });
    expect(await rowsOf('ending')).toEqual([
      ...['grant 5 grant:ending:daily:1', 'hold 2 ending-1/hold', 'capture 2 ending-1/capture'],
      'expire 3 expire:ending-daily-1',
    ]);
    await finding.close();
  });

  it('are found by whoever knows the plan, once for a command that brings none; their error is the command’s', async () => {
    const asked: string[] = [];
    const finding = createLedger({
      databaseUrl: database.appUrl,
      allowancesOf: (walletId, instant) => {
        asked.push(`${walletId} ${instant}`);
        return walletId === 'broken'
          ? Promise.reject(new Error('no plan'))
          : Promise.resolve([daily(walletId, 1)]);
      },
    });
    const come = (walletId: string, more = {}) =>
      finding.submit(admit(walletId, `${walletId}-1`, 0, { effectiveAt: at(1), ...more }));
    await expect(come('broken')).rejects.toThrow('no plan');
    expect(await come('brings', { allowances: [] })).toMatchObject({ reply: { available: 0 } });
    const late = come('found');
    await finding.close();
    expect(await late).toMatchObject({ reply: { available: 5 } });
    expect(asked).toEqual([`broken ${at(1)}`, `found ${at(1)}`]);
  });

  it('are granted once when several processes come by at once', async () => {
    const other = createLedger({ databaseUrl: database.appUrl, lanes: 1 });
    await submit(grant('rush', 'rush-signup', 1));
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        [ledger, other][index % 2]!.submit(
          hold('rush', `rush-${String(index)}`, 1, { effectiveAt: at(1), allowances: [daily('rush', 1)] }),
        ),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'applied')).toHaveLength(6);
    await other.close();
  });

  it('are shown by a read before they are written, as they will be written', async () => {
    const weekly: Allowance = {
      ...{ key: 'grant:read:weekly:1', grantId: 'read-weekly-1', allowance: 'weekly', credits: credits(20) },
      ...{ upTo: null, expiresAt: instantAt(200), reason: 'Weekly credits' },
    };
    const due = { at: at(2), allowances: [daily('read', 2), weekly] };
    const nobody = await getBalance(db, 'read', undefined, due);
    expect(nobody).toMatchObject({ available: 25, held: 0, owed: 0, total: 25 });
    expect(nobody.lots.map(({ grantId }) => grantId)).toEqual(['read-weekly-1', 'read-daily-2']);
    expect(await listLotsToBurn(db, 'read', 22, due)).toEqual([
      { grantId: 'read-weekly-1', source: 'plan', credits: 20, expiresAt: instantAt(200) },
      { grantId: 'read-daily-2', source: 'plan', credits: 2, expiresAt: null },
    ]);
    const paid = {
      source: 'add_on',
      cost: { amountMinor: 100, currency: 'usd' },
      paymentId: 'pay_read',
    } as const;
    await submit(grant('read', 'read-add-on', 30, paid));
    await submit(hold('read', 'read-1', 3, { effectiveAt: at(1), allowances: [daily('read', 1)] }));
    await submit(hold('read', 'read-2', 29, { effectiveAt: at(1), capture: true }));
    await submit(clawback('read', 're_read', 10, 'pay_read'));
    const before = await getBalance(db, 'read');
    expect(before).toMatchObject({ available: 0, held: 3, owed: 7 });
    const shown = await getBalance(db, 'read', undefined, due);
    // Two of the five are missing to the limit, and repay; five of the twenty repay the rest.
    expect(shown).toMatchObject({ available: 15, held: 3, owed: 0 });
    const toBurn = await listLotsToBurn(db, 'read', 100, due);
    expect(await getBalance(db, 'read')).toEqual(before);
    expect(
      (await listStatement(db, 'read', { limit: 100 })).data.map(({ grantId }) => grantId),
    ).not.toContain('read-weekly-1');
    await submit(admit('read', 'read-3', 0, { effectiveAt: at(2), allowances: due.allowances }));
    expect(await getBalance(db, 'read')).toEqual(shown);
    expect(await getBalance(db, 'read', undefined, due)).toEqual(shown);
    expect(await listLotsToBurn(db, 'read', 100)).toEqual(toBurn);
    expect(await listLotsToBurn(db, 'read', 100, due)).toEqual(toBurn);
  });

  it('let a limited grant of a payment bring less, and a clawback take no more than that', async () => {
    const month = (id: string) =>
      grant('month', id, 500, {
        ...{ source: 'plan', cost: { amountMinor: 2500, currency: 'usd' }, paymentId: `pay_${id}` },
        ...{ subscriptionId: 'sub', allowance: 'monthly', upTo: credits(600), expiresAt: instantAt(1000) },
      });
    expect(await submit(month('m1'))).toMatchObject({
      reply: { grantId: 'm1', granted: 500, available: 500 },
    });
    expect(await submit(month('m2'))).toMatchObject({
      reply: { grantId: 'm2', granted: 100, available: 600 },
    });
    const nothing = await submit(month('m3'));
    expect(nothing).toMatchObject({ outcome: 'applied', reply: { granted: 0, available: 600 } });
    expect(nothing.reply.grantId).toBeUndefined();
    expect(await submit(month('m3'))).toEqual({ ...nothing, replayed: true });
    const take = (id: string, payment: string, more = {}) =>
      submit({ ...clawback('month', id, 500, payment), ...more });
    expect(await take('re_a', 'pay_m2')).toMatchObject({ outcome: 'clawback_exceeds_granted' });
    expect(await take('re_b', 'pay_m2', { atMostGranted: true })).toMatchObject({
      outcome: 'applied',
      reply: { credits: 100, clawed: 100, available: 500, owed: 0 },
    });
    expect(await take('re_c', 'pay_m3', { atMostGranted: true })).toMatchObject({
      outcome: 'applied',
      reply: { credits: 0, clawed: 0, available: 500 },
    });
    // Of a payment that was never granted for nothing is known: it may still be.
    expect(await take('re_d', 'pay_none', { atMostGranted: true })).toMatchObject({
      outcome: 'clawback_exceeds_granted',
    });
    expect(await submit(undo('month', 're_c'))).toMatchObject({ outcome: 'applied', reply: { clawed: 0 } });
    const end = await sweepExpired(db, ledger, instantAt(1000));
    expect(end.lots).toBeGreaterThan(0);
    expect(await getBalance(db, 'month')).toMatchObject({ available: 0, lots: [] });
  });

  it('end an external hold at its instant before they come', async () => {
    await submit({
      ...externalHold('order', 'order-ext', 5, instantAt(30)),
      allowances: [daily('order', 0)],
    });
    const come = admit('order', 'order-1', 0, { effectiveAt: at(2), allowances: [daily('order', 2)] });
    expect(await submit(come)).toMatchObject({ reply: { available: 5, held: 0 } });
    expect(await rowsOf('order')).toEqual([
      ...['grant 5 grant:order:daily:0', 'hold 5 order-ext', 'release 5 order-ext/expire'],
    ]);
  });

  it('of no credits bring nothing and stop nobody', async () => {
    const empty = daily('empty', 1, { credits: credits(0) });
    const come = admit('empty', 'empty-1', 0, { effectiveAt: at(1), allowances: [empty] });
    expect(await submit(come)).toMatchObject({ outcome: 'admitted', reply: { available: 0 } });
    expect(await rowsOf('empty')).toEqual([]);
  });

  it('refuses a limit of no allowance', async () => {
    await expect(submit(grant('limit', 'limit-1', 5, { upTo: credits(5) }))).rejects.toBeInstanceOf(
      RangeError,
    );
  });
});

function hoursOf(instant: Instant): number {
  return (Date.parse(instant) - Date.parse(instantAt(0))) / 3_600_000;
}
