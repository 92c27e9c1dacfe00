import { credits } from '../../src/domain/credits';
import type { Instant } from '../../src/domain/instants';
import { getBalance } from '../../src/ledger/get-balance';
import { listStatement } from '../../src/ledger/list-statement';
import { expireDue, findNextExpiry, sweepExpired } from '../../src/ledger/sweep-expired';
import { grant, instantAt } from './model/commands';
import { useLedger } from './use-ledger';

describe('the sweep', () => {
  const { db, ledger } = useLedger();

  it('ends due holds and lots by ordinary commands, once, and says when the next is due', async () => {
    const wallets = Array.from({ length: 230 }, (_, index) => `cus_sweep_${String(index)}`);
    await Promise.all(
      wallets.flatMap((walletId) => [
        ledger.submit(grant(walletId, `lot_${walletId}`, 10, { expiresAt: instantAt(48) })),
        ledger.submit({
          ...{ op: 'hold', key: `hold:${walletId}`, fingerprint: '', walletId, holdId: `hld_${walletId}` },
          ...{ credits: credits(4), action: 'external', reason: '' },
          ...{ effectiveAt: instantAt(0), expiresAt: instantAt(24) },
        }),
      ]),
    );
    expect(await sweepExpired(db, ledger, instantAt(23))).toEqual({ holds: 0, lots: 0 });
    expect(await findNextExpiry(db)).toBe(instantAt(24));
    const [first, second] = await Promise.all([
      sweepExpired(db, ledger, instantAt(24)),
      sweepExpired(db, ledger, instantAt(24)),
    ]);
    expect(first.holds + second.holds).toBe(230);
    expect(await sweepExpired(db, ledger, instantAt(24))).toEqual({ holds: 0, lots: 0 });
    expect(await findNextExpiry(db)).toBe(instantAt(48));
    expect(await getBalance(db, wallets[0]!)).toMatchObject({ available: 10, held: 0 });
    expect((await sweepExpired(db, ledger, instantAt(48))).lots).toBe(230);
    expect(await getBalance(db, wallets[229]!)).toMatchObject({ available: 0, held: 0, lots: [] });
  });

  it('ends all that is due in one wallet for whoever is about to read it, and nothing else', async () => {
    const hold = (id: string, expiresAt: Instant) => ({
      ...{ op: 'hold' as const, key: `hold:${id}`, fingerprint: '', walletId: 'cus_due', holdId: id },
      ...{ credits: credits(3), action: 'external', reason: '', effectiveAt: instantAt(0), expiresAt },
    });
    await ledger.submit(grant('cus_due', 'lot_due', 10, { expiresAt: instantAt(30) }));
    await ledger.submit(hold('hld_due_1', instantAt(10)));
    await ledger.submit(hold('hld_due_2', instantAt(20)));
    const balanceAt = async (hours: number) => {
      await expireDue(db, ledger, 'cus_due', instantAt(hours));
      const { available, held } = await getBalance(db, 'cus_due');
      return [available, held];
    };
    expect(await balanceAt(9)).toEqual([4, 6]);
    expect(await balanceAt(10)).toEqual([7, 3]);
    expect(await balanceAt(31)).toEqual([0, 0]);
    expect(await balanceAt(31)).toEqual([0, 0]);
    await expireDue(db, ledger, 'cus_nobody', instantAt(31));
  });

  it('leaves the same rows of the same instants, however late it comes', async () => {
    const live = async (walletId: string, sweptAt: readonly number[]) => {
      const hold = (id: string, size: number, hours: number) => ({
        ...{ op: 'hold' as const, key: `hold:${id}:${walletId}`, fingerprint: '', walletId },
        ...{ holdId: `${id}_${walletId}`, credits: credits(size), action: 'external', reason: '' },
        ...{ effectiveAt: instantAt(0), expiresAt: instantAt(hours) },
      });
      await ledger.submit(grant(walletId, `soon_${walletId}`, 10, { expiresAt: instantAt(30) }));
      await ledger.submit(grant(walletId, `later_${walletId}`, 5, { expiresAt: instantAt(60) }));
      await ledger.submit(hold('before', 3, 20));
      await ledger.submit(hold('with', 2, 30));
      await ledger.submit(hold('after', 4, 40));
      for (const hours of sweptAt) await expireDue(db, ledger, walletId, instantAt(hours));
      const { data } = await listStatement(db, walletId, { limit: 100 });
      return data
        .toReversed()
        .map(({ code, credits: size, available, held, at }) => [code, size, available, held, at]);
    };
    const week = 7 * 24;
    const onTime = await live('cus_on_time', [20, 30, 40, 60, 30 + week, 40 + week]);
    expect(onTime.slice(-6)).toEqual([
      ['release', 3, 9, 6, instantAt(20)],
      ['expire', 4, 5, 6, instantAt(30)],
      ['release', 2, 7, 4, instantAt(30)],
      ['release', 4, 11, 0, instantAt(40)],
      ['expire', 5, 6, 0, instantAt(60)],
      ['expire', 6, 0, 0, instantAt(30 + week)],
    ]);
    expect(await live('cus_late', [1000])).toEqual(onTime);
    expect(await getBalance(db, 'cus_late', instantAt(25))).toMatchObject({ available: 9, held: 6 });
    expect(await getBalance(db, 'cus_late', instantAt(61))).toMatchObject({ available: 6, held: 0 });
  });
});
