import { credits } from '../../src/domain/credits';
import type { HoldCommand, LedgerCommand, RefundCommand } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { admit, grant, hold, instantAt, settle } from './model/commands';
import { listOffences } from './model/list-offences';
import { useLedger } from './use-ledger';

describe('the first holds of an action, which cost nothing', () => {
  const { database, db, ledger } = useLedger();

  afterEach(async () => {
    expect(await listOffences(db)).toEqual([]);
  });

  const submit = (command: LedgerCommand) => ledger.submit(command);

  const customer = (id: string) => ({
    kind: 'customer',
    row: { id, external_id: id, created_at: instantAt(0) },
  });

  /** A hold of 300 of which the first `firstFree` cost nothing. It records a customer, so that one sees which records it wrote. */
  const train = (walletId: string, id: string, firstFree = 1): HoldCommand =>
    hold(walletId, id, 300, {
      ...{ action: 'train_model', firstFree },
      ...{ records: [customer(`paid-${id}`)], recordsIfFree: [customer(`free-${id}`)] },
    });

  const refund = (walletId: string, id: string, amount: number | null = null): RefundCommand => ({
    ...{ op: 'refund', key: `refund:${id}`, fingerprint: '', walletId, effectiveAt: instantAt(0) },
    ...{
      refundId: id,
      holdId: `hold_${id}`,
      credits: amount === null ? null : credits(amount),
      reason: 'Sorry',
    },
  });

  it('is of 0 credits, without a journal row, with records of its own', async () => {
    const placed = await submit(train('first', 'first-1'));
    expect(placed).toMatchObject({ outcome: 'applied', reply: { free: true, available: 0, held: 0 } });
    const settled = await submit(settle('first', 'first-1', 0, { succeeded: true }));
    expect(settled).toMatchObject({
      outcome: 'applied',
      reply: { captured: 0, hold: { status: 'captured' } },
    });
    expect(await db.from('ledger.journal').where({ wallet_id: 'first' }).where('seq', '>', 0)).toEqual([]);
    expect(
      await db.from('app.customers').whereIn('id', ['free-first-1', 'paid-first-1']).pluck('id'),
    ).toEqual(['free-first-1']);
    expect(await submit(train('first', 'first-2'))).toMatchObject({
      outcome: 'insufficient_credits',
      reply: { required: 300 },
    });
    await submit(grant('first', 'first-signup', 300));
    const { outcome, reply } = await submit(train('first', 'first-3'));
    expect({ outcome, free: reply.free, held: reply.held }).toEqual({
      ...{ outcome: 'applied', free: undefined, held: 300 },
    });
    expect(
      await db.from('app.customers').whereIn('id', ['free-first-3', 'paid-first-3']).pluck('id'),
    ).toEqual(['paid-first-3']);
  });

  it('goes to exactly one of many who ask for the last place at once, in several processes', async () => {
    const processes = [ledger, createLedger({ databaseUrl: database.appUrl, lanes: 1 })];
    for (let round = 0; round < 10; round += 1) {
      const wallet = `race-${String(round)}`;
      await submit(grant(wallet, `${wallet}-signup`, 10_000));
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          processes[index % 2]!.submit(train(wallet, `${wallet}-${String(index)}`, 2)),
        ),
      );
      expect(results.filter(({ reply }) => reply.free === true)).toHaveLength(2);
      expect(results.filter(({ outcome }) => outcome === 'applied')).toHaveLength(10);
      expect(Math.min(...results.map(({ reply }) => reply.available))).toBe(10_000 - 8 * 300);
    }
    await processes[1]!.close();
  });

  it('is admitted without credits while a place is left', async () => {
    const asked = (id: string) => submit(admit('asks', id, 300, { action: 'train_model', firstFree: 1 }));
    expect(await asked('asks-1')).toMatchObject({ outcome: 'admitted', reply: { free: true } });
    await submit(train('asks', 'asks-1'));
    expect(await asked('asks-2')).toMatchObject({ outcome: 'insufficient_credits' });
    // Another action has places of its own.
    const other = admit('asks', 'asks-3', 300, { action: 'upscale', firstFree: 1 });
    expect(await submit(other)).toMatchObject({ outcome: 'admitted' });
  });

  it.each([
    ['fails', async (id: string) => submit(settle('back', id, 0, { succeeded: false }))],
    [
      'is voided',
      async (id: string) =>
        submit({
          ...{ op: 'void', key: `void:${id}`, fingerprint: '', walletId: 'back', effectiveAt: instantAt(0) },
          ...{ holdId: `hold_${id}`, expired: false, reason: 'Stopped' },
        }),
    ],
    [
      'is refunded',
      async (id: string) => {
        await submit(settle('back', id, 0, { succeeded: true }));
        return submit(refund('back', id));
      },
    ],
  ])('gives its place back when the work %s', async (what, end) => {
    const id = `back-${what}`;
    expect(await submit(train('back', id))).toMatchObject({ reply: { free: true } });
    expect(await submit(train('back', `${id}-2`))).toMatchObject({ outcome: 'insufficient_credits' });
    expect(await end(id)).toMatchObject({ outcome: 'applied' });
    expect(await submit(train('back', `${id}-3`))).toMatchObject({ reply: { free: true } });
    await submit(settle('back', `${id}-3`, 0, { succeeded: false }));
  });

  it('counts work that was paid for, until it is refunded in full', async () => {
    await submit(grant('paid', 'paid-signup', 300));
    await submit(hold('paid', 'paid-1', 300, { action: 'train_model' }));
    await submit(settle('paid', 'paid-1', 300));
    expect(await submit(refund('paid', 'paid-1', 299))).toMatchObject({ outcome: 'applied' });
    expect(await submit(train('paid', 'paid-2'))).toMatchObject({ outcome: 'insufficient_credits' });
    await submit({ ...refund('paid', 'paid-1', 1), key: 'refund:paid-1-rest' });
    expect(await submit(train('paid', 'paid-3'))).toMatchObject({ reply: { free: true } });
  });

  it('is refunded once, by whichever key comes first', async () => {
    await submit(train('once', 'once-1'));
    const early = await submit({ ...refund('once', 'once-1'), key: 'refund:early' });
    expect(early).toMatchObject({ outcome: 'refund_exceeds_captured' });
    await submit(settle('once', 'once-1', 0, { succeeded: true }));
    const first = await submit(refund('once', 'once-1'));
    expect(first).toMatchObject({ outcome: 'applied', replayed: false, reply: { refunded: 0 } });
    expect(await submit(refund('once', 'once-1'))).toEqual({ ...first, replayed: true });
    expect(await submit({ ...refund('once', 'once-1'), key: 'refund:second' })).toMatchObject({
      outcome: 'refund_exceeds_captured',
    });
  });

  it('refuses to leave open what is written when it is free', async () => {
    const { recordsIfFree, ...silent } = train('silent', 'silent-1');
    expect(recordsIfFree).toHaveLength(1);
    await expect(submit(silent)).rejects.toBeInstanceOf(RangeError);
  });

  it('holds, settles and captures at once what costs nothing in any case', async () => {
    await submit(hold('zero', 'zero-1', 0));
    expect(await submit(settle('zero', 'zero-1', 0, { succeeded: true }))).toMatchObject({
      outcome: 'applied',
    });
    const once = await submit(hold('zero', 'zero-2', 0, { capture: true }));
    expect(once).toMatchObject({ outcome: 'applied', reply: { captured: 0, released: 0 } });
    const holds = await db
      .from('ledger.holds')
      .where({ wallet_id: 'zero' })
      .select('state', 'free', 'fulfilled');
    expect(holds).toEqual(holds.map(() => ({ state: 'captured', free: false, fulfilled: true })));
    expect(await db.from('ledger.journal').where({ wallet_id: 'zero' }).where('seq', '>', 0)).toEqual([]);
  });
});
