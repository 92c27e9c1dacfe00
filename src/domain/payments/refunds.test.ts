import fc from 'fast-check';
import { at, DAY, plus, range, usd } from '../../../tests/support/subscription-play';
import { credits } from '../credits';
import {
  clawWithheld,
  takeWithdrawal,
  withheldOf,
  type Entitlement,
  type PaymentWithdrawals,
  type Withdrawal,
} from './refunds';

const now = at('2027-05-01T00:00:00Z');
const addOn: Entitlement = {
  paymentId: 'cs_1',
  paid: usd(4_000),
  total: credits(1_000),
  ungranted: credits(0),
};

describe('a refund', () => {
  it('takes back its share of the credits, rounded down, under its own id', () => {
    const { clawbacks } = take([refund('re_1', 1_333)]);
    expect(clawbacks).toEqual([
      { key: 'clawback:re_1', clawbackId: 're_1', paymentId: 'cs_1', credits: 333, effectiveAt: now },
    ]);
  });

  it('in parts takes exactly as much as in one: the last one takes the remainder', () => {
    const { clawbacks } = take(
      range(3).map((index) => refund(`re_${String(index)}`, index === 2 ? 1_334 : 1_333)),
    );
    expect(clawbacks.map((clawback) => clawback.credits)).toEqual([333, 333, 334]);
  });

  it('that is heard of again takes nothing more', () => {
    expect(take([refund('re_1', 1_000), refund('re_1', 1_000)]).clawbacks).toHaveLength(1);
  });

  it('that fails gives back exactly what it took', () => {
    const { restores } = take([refund('re_1', 1_333), refund('re_1', 1_333, 'returned')]);
    expect(restores).toEqual([
      { key: 'clawback_undo:re_1', clawbackId: 're_1', paymentId: 'cs_1', credits: 333, effectiveAt: now },
    ]);
  });

  it('that is known to have failed before it was known to exist leaves the same rows as when all is heard in order', () => {
    const inOrder = take([refund('re_1', 1_333), refund('re_1', 1_333, 'returned')]);
    expect(take([refund('re_1', 1_333, 'returned'), refund('re_1', 1_333)])).toEqual(inOrder);
    expect(take([refund('re_1', 1_333, 'returned')])).toEqual(inOrder);
  });

  it('first keeps back what is not granted yet', () => {
    const half = { ...addOn, ungranted: credits(400) };
    const { clawbacks, withdrawals } = take([refund('re_1', 2_000)], half);
    expect(withheldOf(withdrawals)).toBe(400);
    expect(clawbacks.map((clawback) => clawback.credits)).toEqual([100]);
  });

  it('of a payment of nothing takes everything', () => {
    expect(take([refund('re_1', 1)], { ...addOn, paid: usd(0) }).clawbacks).toMatchObject([
      { credits: 1_000 },
    ]);
  });
});

describe('a dispute', () => {
  it('of what was refunded already takes nothing, and holds back what the refund gives back', () => {
    const { clawbacks, restores } = take([
      refund('re_1', 4_000),
      dispute('dp_1', 4_000),
      refund('re_1', 4_000, 'returned'),
    ]);
    expect(clawbacks).toHaveLength(1);
    expect(restores).toEqual([]);
  });

  it('that is won in the end gives back what the other one had taken', () => {
    const { restores } = take([
      refund('re_1', 4_000),
      dispute('dp_1', 4_000),
      refund('re_1', 4_000, 'returned'),
      dispute('dp_1', 4_000, 'returned'),
    ]);
    expect(restores).toMatchObject([{ clawbackId: 're_1', credits: 1_000 }]);
  });
});

describe('credits that are withheld from a cycle that is granted after all', () => {
  it('become clawbacks of the refunds that withheld them, each with its own key', () => {
    const half = { ...addOn, ungranted: credits(1_000) };
    const { withdrawals } = take([refund('re_1', 400), refund('re_2', 400)], half);
    const first = clawWithheld(withdrawals, 150, now);
    const second = clawWithheld(first.withdrawals, 10, plus(now, DAY));
    expect([...first.clawbacks, ...second.clawbacks].map(({ key, credits }) => [key, credits])).toEqual([
      ['clawback:re_1', 100],
      ['clawback:re_2', 50],
      ['clawback:re_2:2', 10],
    ]);
    expect(withheldOf(second.withdrawals)).toBe(40);
  });
});

describe('whatever is refunded, disputed and returned', () => {
  const scenario = fc.record({
    paid: fc.integer({ min: 1, max: 10_000 }),
    total: fc.integer({ min: 0, max: 12_000 }),
    ungranted: fc.double({ min: 0, max: 1, noNaN: true }),
    steps: fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 4 }),
        returned: fc.boolean(),
        share: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 12 },
    ),
  });

  it('removes no more than there is, and no less than the money that is gone is worth', () => {
    fc.assert(
      fc.property(scenario, ({ paid, total, ungranted, steps }) => {
        const amounts = new Map<number, number>();
        const entitlement = {
          ...addOn,
          paid: usd(paid),
          total: credits(total),
          ungranted: credits(Math.floor(total * ungranted)),
        };
        const heard = steps.map(({ id, returned, share }) => {
          const amount = amounts.get(id) ?? Math.max(1, Math.floor((paid * share) / 100));
          amounts.set(id, amount);
          return refund(`re_${String(id)}`, amount, returned ? 'returned' : 'withdrawn');
        });
        const { withdrawals, clawbacks, restores } = take(heard, entitlement);
        const removed =
          withheldOf(withdrawals) +
          clawbacks.reduce((sum, effect) => sum + effect.credits, 0) -
          restores.reduce((sum, effect) => sum + effect.credits, 0);
        const gone = (withdrawals.parts.length === 0 ? [] : withdrawals.parts)
          .filter((part) => !part.returned)
          .reduce((sum, part) => sum + part.amountMinor, 0);
        expect(removed).toBeLessThanOrEqual(total);
        expect(removed).toBeGreaterThanOrEqual(Math.floor((total * Math.min(gone, paid)) / paid));
        if (gone === 0) expect(removed).toBe(0);
        expect(new Set([...clawbacks, ...restores].map(({ key }) => key)).size).toBe(
          clawbacks.length + restores.length,
        );
      }),
    );
  });
});

function take(heard: readonly Withdrawal[], entitlement: Entitlement = addOn) {
  let withdrawals: PaymentWithdrawals = { paymentId: entitlement.paymentId, parts: [], restoredAt: null };
  const clawbacks = [];
  const restores = [];
  for (const withdrawal of heard) {
    const outcome = takeWithdrawal(withdrawals, entitlement, withdrawal, now);
    withdrawals = outcome.withdrawals;
    clawbacks.push(...outcome.clawbacks);
    restores.push(...outcome.restores);
  }
  return { withdrawals, clawbacks, restores };
}

function refund(id: string, amountMinor: number, status: Withdrawal['status'] = 'withdrawn'): Withdrawal {
  return { id, kind: 'refund', amountMinor, status };
}

function dispute(id: string, amountMinor: number, status: Withdrawal['status'] = 'withdrawn'): Withdrawal {
  return { id, kind: 'dispute', amountMinor, status };
}
