import { credits } from '../../src/domain/credits';
import type { Instant } from '../../src/domain/instants';
import { getBalance } from '../../src/ledger/get-balance';
import { expireDue, sweepExpired } from '../../src/ledger/sweep-expired';
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
    expect(await sweepExpired(db, ledger, instantAt(23))).toEqual({
      holds: 0,
      lots: 0,
      nextDueAt: instantAt(24),
    });
    const [first, second] = await Promise.all([
      sweepExpired(db, ledger, instantAt(24)),
      sweepExpired(db, ledger, instantAt(24)),
    ]);
    expect(first.holds + second.holds).toBe(230);
    expect(await sweepExpired(db, ledger, instantAt(24))).toEqual({
      holds: 0,
      lots: 0,
      nextDueAt: instantAt(48),
    });
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
    expect(await balanceAt(31)).toEqual([3, 0]);
    expect(await balanceAt(31)).toEqual([3, 0]);
    await expireDue(db, ledger, 'cus_nobody', instantAt(31));
  });
});
