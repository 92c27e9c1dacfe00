import type { LedgerCommand } from '../../src/ledger/commands';
import { admit, clawback, externalHold, grant, hold, instantAt, settle, undo } from './model/commands';
import { listOffences } from './model/list-offences';
import { useLedger } from './use-ledger';

describe('the rules of the ledger, one by one', () => {
  const { db, ledger } = useLedger();

  afterEach(async () => {
    expect(await listOffences(db)).toEqual([]);
  });

  const submit = (command: LedgerCommand) => ledger.submit(command);

  it('applies nothing of a command whose records cannot be written, and all of its neighbours', async () => {
    await submit(grant('neighbours', 'neighbours-signup', 100));
    const commands = Array.from({ length: 9 }, (_, index) =>
      hold('neighbours', `nb-${String(index)}`, 10, {
        records: index === 4 ? [{ kind: 'spend', row: { id: 'nonsense' } }] : [],
      }),
    );
    const results = await Promise.allSettled(commands.map(submit));
    expect(results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []))).toEqual([4]);
    expect(await submit(admit('neighbours', 'nb-4', 20))).toMatchObject({
      reply: { available: 20, held: 80 },
    });
  });

  it('burns the earliest expiry first, then unpaid before paid, then the oldest', async () => {
    const paid = { source: 'add_on', cost: { amountMinor: 100, currency: 'usd' } } as const;
    await submit(grant('order', 'order-paid', 10, paid));
    await submit(grant('order', 'order-young', 10, { effectiveAt: instantAt(2) }));
    await submit(grant('order', 'order-late', 10, { effectiveAt: instantAt(2), expiresAt: instantAt(50) }));
    await submit(
      grant('order', 'order-soon', 10, { ...paid, effectiveAt: instantAt(3), expiresAt: instantAt(20) }),
    );
    await submit(hold('order', 'order-1', 35, { effectiveAt: instantAt(4) }));
    const taken = await db
      .from('ledger.hold_lots')
      .join('ledger.lots', (on) =>
        on.on('lots.lot_no', 'hold_lots.lot_no').andOnVal('lots.wallet_id', 'order'),
      )
      .where('hold_id', 'hold_order-1')
      .orderBy('position')
      .select('grant_id', 'hold_lots.credits');
    expect(taken).toEqual([
      { grant_id: 'order-soon', credits: 10 },
      { grant_id: 'order-late', credits: 10 },
      { grant_id: 'order-young', credits: 10 },
      { grant_id: 'order-paid', credits: 5 },
    ]);
  });

  it('never captures an external hold past its instant, sweep or no sweep', async () => {
    await submit(grant('external', 'external-signup', 50));
    await submit(externalHold('external', 'ext', 50, instantAt(10)));
    const late = { op: 'capture', credits: null, final: true, reason: 'Done', holdId: 'ext' } as const;
    const base = { fingerprint: 'f', walletId: 'external' };
    expect(await submit({ ...late, ...base, key: 'ext-late', effectiveAt: instantAt(10) })).toMatchObject({
      outcome: 'hold_already_settled',
      reply: { available: 50, held: 0 },
    });
    expect(await submit(hold('external', 'ext-2', 50, { effectiveAt: instantAt(11) }))).toMatchObject({
      outcome: 'applied',
    });
  });

  it('counts the credits of an expired hold before it refuses another', async () => {
    await submit(grant('freed', 'freed-signup', 50));
    await submit(externalHold('freed', 'freed-1', 50, instantAt(1)));
    expect(await submit(hold('freed', 'freed-2', 1))).toMatchObject({ outcome: 'insufficient_credits' });
    expect(await submit(hold('freed', 'freed-3', 50, { effectiveAt: instantAt(1) }))).toMatchObject({
      outcome: 'applied',
    });
  });

  it('gives released credits a week to live when their lot has expired meanwhile', async () => {
    await submit(grant('week', 'week-promo', 40, { source: 'promo', expiresAt: instantAt(24) }));
    await submit(hold('week', 'week-1', 30));
    expect(await submit(settle('week', 'week-1', 10, { effectiveAt: instantAt(30) }))).toMatchObject({
      outcome: 'applied',
      reply: { available: 20, held: 0, captured: 10, released: 20 },
    });
    // The ten that nobody held have expired; the twenty that came back are spendable until a week later.
    const weekLater = instantAt(30 + 7 * 24);
    expect(await submit(admit('week', 'week-2', 20, { effectiveAt: instantAt(29 + 7 * 24) }))).toMatchObject({
      outcome: 'admitted',
    });
    expect(await submit(admit('week', 'week-3', 1, { effectiveAt: weekLater }))).toMatchObject({
      outcome: 'insufficient_credits',
      reply: { available: 0 },
    });
  });

  it('repays a debt before a released hold can carry its credits past a clawback', async () => {
    const paid = { source: 'add_on', cost: { amountMinor: 100, currency: 'usd' }, paymentId: 'pay' } as const;
    await submit(grant('debtor', 'debtor-add-on', 100, paid));
    await submit(hold('debtor', 'debtor-1', 100));
    expect(await submit(clawback('debtor', 're_1', 100, 'pay'))).toMatchObject({
      reply: { available: 0, held: 100, owed: 100, clawed: 0 },
    });
    expect(await submit(settle('debtor', 'debtor-1', 30))).toMatchObject({
      reply: { available: 0, held: 0, owed: 30 },
    });
    expect(await submit(clawback('debtor', 're_2', 1, 'pay'))).toMatchObject({
      outcome: 'clawback_exceeds_granted',
    });
    // The dispute is won: what was paid towards the debt comes back, the rest of the debt is forgiven.
    expect(await submit(undo('debtor', 're_1'))).toMatchObject({
      reply: { available: 70, held: 0, owed: 0 },
    });
  });

  it('refuses a grant of nothing as a bug of the caller, before it reaches anybody else', async () => {
    await expect(submit(grant('nothing', 'nothing-signup', 0))).rejects.toBeInstanceOf(RangeError);
  });
});
