import fc from 'fast-check';
import { DAY, plus } from '../../../tests/support/subscription-play';
import {
  applyTo,
  command,
  hear,
  newWallet,
  newWorld,
  passTo,
  SEVERAL,
  tell,
  totalOf,
  withdraw,
  type World,
} from '../../../tests/support/subscription-world';
import type { Interval } from '../catalog/catalog';
import { step, type SubscriptionStep } from './subscription';

/*
 * A customer who tries everything, against a small Stripe and a small ledger: whatever is combined, the credits that a
 * payment has given are those that its remaining money is worth, and not one more.
 */

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pass' as const), days: fc.integer({ min: 0, max: 45 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('hear' as const),
      order: fc.array(fc.nat(6), { maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('change' as const), plan: fc.constantFrom('standard', 'pro') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pause' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('resume' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('cancel' as const),
      when: fc.constantFrom('period_end', 'now'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('card' as const), works: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('spend' as const), share: fc.integer({ min: 1, max: 100 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('withdraw' as const),
      kind: fc.constantFrom('refund', 'dispute'),
      payment: fc.nat(8),
      share: fc.integer({ min: 1, max: 100 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('return' as const), which: fc.nat(8) }) },
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

const life = fc.record({
  interval: fc.constantFrom<Interval[]>('month', 'year'),
  actions: fc.array(action, { minLength: 5, maxLength: 40 }),
});

describe('a customer who tries everything', () => {
  it('never has more credits of a payment than its remaining money is worth', () => {
    fc.assert(
      fc.property(life, ({ interval, actions }) => {
        const world = newWorld(interval);
        for (const one of actions) {
          act(world, one);
          assertNothingGained(world);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has exactly what was paid for and not taken back when all is told and all time has passed', () => {
    fc.assert(
      fc.property(life, ({ interval, actions }) => {
        const world = newWorld(interval);
        for (const one of actions) act(world, one);
        settle(world);
        for (const payment of world.stripe.payments) {
          const parts = [...world.withdrawals.values()].filter(
            (one) => one.payment.paymentId === payment.paymentId,
          );
          const gone = goneOf(world, payment.paymentId, parts);
          const total = totalOf(world.state, payment);
          const net = world.wallet.net.get(payment.paymentId) ?? 0;
          const worth = total - Math.floor((total * gone) / payment.paid.amountMinor);
          expect(net).toBeLessThanOrEqual(worth);
          // Every part is rounded down by itself; together they may be rounded down by more than the whole.
          expect(net).toBeGreaterThanOrEqual(worth - Math.max(0, parts.length - 1));
          if (gone === 0) expect(net).toBe(total);
        }
        assertNothingLost(world);
      }),
      { numRuns: 60 },
    );
  });

  it('has no more of several grants that end, have a limit or come once, and the limit alone keeps anything back', () => {
    fc.assert(
      fc.property(life, ({ interval, actions }) => {
        const world = newWorld(interval, SEVERAL);
        for (const one of actions) {
          act(world, one);
          assertNothingGained(world);
        }
        settle(world);
        assertNothingGained(world);
        expect(world.wallet.given).toBe(70);
        for (const payment of world.stripe.payments) {
          if (world.state.withdrawals.some(({ paymentId }) => paymentId === payment.paymentId)) continue;
          const { capped, rest } = partsOf(totalOf(world.state, payment));
          const net = world.wallet.net.get(payment.paymentId) ?? 0;
          expect(net).toBeGreaterThanOrEqual(rest);
          expect(net).toBeLessThanOrEqual(rest + capped);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('costs exactly what was paid, however many grants share it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Interval[]>('month', 'year'),
        fc.integer({ min: 1, max: 400 }),
        (interval, days) => {
          const world = newWorld(interval, SEVERAL);
          passTo(world, plus(world.stripe.at, days * DAY));
          settle(world);
          const cost = [...world.wallet.costs.values()].reduce((sum, one) => sum + one, 0);
          expect(cost).toBe(world.stripe.payments.reduce((sum, { paid }) => sum + paid.amountMinor, 0));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('gets the same credits whenever and however often the facts are heard', () => {
    const shuffled = fc.record({
      life,
      delays: fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
      copies: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 7 }),
    });
    fc.assert(
      fc.property(shuffled, ({ life: { interval, actions }, delays, copies }) => {
        const world = newWorld(interval);
        const { state: opened } = newWorld(interval);
        for (const one of actions) act(world, one);
        settle(world);
        const wallet = newWallet();
        let state = { ...opened, eras: [], intervals: [] } as typeof opened;
        for (const input of delayed(world.heard, { delays, copies })) {
          const next = step(state, input);
          state = next.state;
          applyTo(wallet, next.effects);
        }
        expect([...wallet.net].sort()).toEqual([...world.wallet.net].sort());
      }),
      { numRuns: 40 },
    );
  });
});

function act(world: World, one: Action): void {
  const { stripe, wallet } = world;
  const wish = { at: stripe.at, commandId: `c${String(world.heard.length)}` };
  switch (one.type) {
    case 'pass':
      passTo(world, plus(stripe.at, one.days * DAY));
      return;
    case 'hear':
      tell(world, (news) => one.order.filter((index) => index < news));
      return;
    case 'change':
      command(world, { type: 'change_plan', ...wish, plan: one.plan, terms: stripe.terms });
      return;
    case 'pause':
    case 'resume':
      command(world, { type: one.type, ...wish });
      return;
    case 'cancel':
      command(world, { type: 'cancel', ...wish, when: one.when });
      return;
    case 'card':
      stripe.cardWorks = one.works;
      return;
    case 'spend': {
      const spent = Math.floor((wallet.available * one.share) / 100);
      wallet.available -= spent;
      wallet.captured += spent;
      return;
    }
    case 'withdraw': {
      const payment = stripe.payments[one.payment % stripe.payments.length]!;
      const amountMinor = Math.ceil((payment.paid.amountMinor * one.share) / 100);
      const id = `${one.kind}_${String(world.withdrawals.size)}`;
      withdraw(world, payment, { id, kind: one.kind, amountMinor, status: 'withdrawn' });
      return;
    }
    case 'return': {
      const known = [...world.withdrawals.values()][one.which];
      if (known === undefined) return;
      const { payment, ...withdrawal } = known;
      withdraw(world, payment, { ...withdrawal, status: 'returned' });
      return;
    }
  }
}

/** Tells everything, twice, ends the subscription and lets all paid time pass. */
function settle(world: World): void {
  const news = [...world.stripe.news];
  tell(world);
  for (const fact of news) hear(world, { ...fact, at: world.stripe.at });
  command(world, { type: 'cancel', at: world.stripe.at, commandId: 'last', when: 'now' });
  tell(world);
  passTo(world, plus(world.stripe.at, 400 * DAY));
}

/** The machine knows only what it was told: what it has not heard of cannot have been taken back yet. */
function assertNothingGained(world: World): void {
  for (const payment of world.stripe.payments) {
    const parts = world.state.withdrawals.find((one) => one.paymentId === payment.paymentId)?.parts ?? [];
    const gone = goneOf(
      world,
      payment.paymentId,
      parts.map((part) => ({ ...part, status: part.returned ? 'returned' : 'withdrawn' })),
    );
    const total = totalOf(world.state, payment);
    const net = world.wallet.net.get(payment.paymentId) ?? 0;
    expect(net).toBeGreaterThanOrEqual(0);
    expect(net).toBeLessThanOrEqual(total - Math.floor((total * gone) / payment.paid.amountMinor));
  }
  assertNothingLost(world);
}

function assertNothingLost({ wallet }: World): void {
  const { available, captured, owed, net, given } = wallet;
  const granted = [...net.values()].reduce((sum, credits) => sum + credits, 0);
  expect(available + captured - owed).toBe(granted + given);
}

/** What of a payment's credits has a limit, and what has none. */
function partsOf(total: number): { readonly capped: number; readonly rest: number } {
  const capped = Math.ceil(total * 0.34);
  return { capped, rest: total - capped };
}

function goneOf(
  world: World,
  paymentId: string,
  parts: readonly { readonly amountMinor: number; readonly status: 'withdrawn' | 'returned' }[],
): number {
  const payment = world.stripe.payments.find((one) => one.paymentId === paymentId)!;
  const gone = parts
    .filter((part) => part.status === 'withdrawn')
    .reduce((sum, part) => sum + part.amountMinor, 0);
  return Math.min(gone, payment.paid.amountMinor);
}

/** The same inputs, with every fact heard later and more than once; first payments of an era stay in their order. */
function delayed(
  heard: readonly SubscriptionStep[],
  { delays, copies }: { readonly delays: readonly number[]; readonly copies: readonly number[] },
): readonly SubscriptionStep[] {
  const placed = heard.flatMap((input, index) => {
    const isFact = ['paid', 'payment_failed', 'invoice_voided', 'withdrawal'].includes(input.type);
    const opensEra = input.type === 'paid' && input.payment.beginsEra;
    if (!isFact || opensEra) return [{ input, place: index }];
    return Array.from({ length: copies[index % copies.length]! }, (_, copy) => ({
      input,
      place: index + 0.5 + delays[(index + copy) % delays.length]!,
    }));
  });
  return placed.sort((a, b) => a.place - b.place).map(({ input }) => input);
}
