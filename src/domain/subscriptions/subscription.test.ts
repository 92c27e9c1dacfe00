import fc from 'fast-check';
import {
  at,
  DAY,
  HOUR,
  month,
  opened,
  opening,
  paid,
  passes,
  play,
  plus,
  range,
  sortedByKey,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import { epochMsOf, instantOf } from '../instants';
import type { PaidInterval } from './paid-cycles';
import {
  isFinished,
  nextChangeAt,
  openSubscription,
  step,
  viewOf,
  type SubscriptionStep,
} from './subscription';

describe('a monthly plan', () => {
  const anchor = at('2027-01-31T10:00:00Z');

  it('grants the first cycle in the moment the first payment is known', () => {
    const { grants, state } = play([paid(month(anchor, 0))]);
    expect(grants.map((grant) => grant.key)).toEqual(['cycle:sub_1:0:2027-01-31T10:00:00.000Z']);
    expect(viewOf(state)).toEqual({
      status: 'active',
      plan: 'standard',
      pendingPlan: null,
      anchorAt: anchor,
      era: 0,
      cycle: 0,
      currentPeriod: { start: anchor, end: '2027-02-28T10:00:00.000Z' },
      paidThrough: '2027-02-28T10:00:00.000Z',
      nextGrant: { at: '2027-02-28T10:00:00.000Z', credits: 500 },
      cancelAt: null,
    });
  });

  it('computes every period from the anchor: 31 January, 28 February, 31 March', () => {
    const { grants } = play(range(4).map((index) => paid(month(anchor, index))));
    expect(grants.map((grant) => grant.period.start.slice(0, 10))).toEqual([
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
    ]);
  });

  it('knows 29 February of a leap year', () => {
    const leap = at('2028-01-31T00:00:00Z');
    const { grants } = play(range(3).map((index) => paid(month(leap, index))));
    expect(grants.map((grant) => grant.period.start.slice(0, 10))).toEqual([
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
    ]);
  });

  it('stays active through the grace, becomes past due when it ends, and recovers when the money comes', () => {
    const due = cycleStart(anchor, 1);
    const first = play([paid(month(anchor, 0)), passes(plus(due, HOUR))]);
    expect(viewOf(first.state)).toMatchObject({ status: 'active', cycle: 1, nextGrant: { at: due } });

    const late = play([passes(plus(due, 3 * HOUR))], first.state);
    expect(viewOf(late.state)).toMatchObject({ status: 'past_due', nextGrant: null });
    expect(late.grants).toEqual([]);

    const recovered = play([paid(month(anchor, 1, { paidAt: plus(due, 3 * DAY) }))], late.state);
    expect(recovered.grants).toMatchObject([
      { key: `cycle:sub_1:0:${due}`, credits: 500, effectiveAt: plus(due, 3 * DAY) },
    ]);
    expect(viewOf(recovered.state).status).toBe('active');
  });

  it('is past due at once when the processor says that the payment failed', () => {
    const due = cycleStart(anchor, 1);
    const { state } = play([
      paid(month(anchor, 0)),
      { type: 'payment_failed', at: plus(due, HOUR), periodStart: due },
    ]);
    expect(viewOf(state).status).toBe('past_due');
  });

  it('does not make up for an unpaid cycle in between', () => {
    const { grants } = play([paid(month(anchor, 0)), paid(month(anchor, 2))]);
    expect(grants.map((grant) => grant.cycle)).toEqual([0, 2]);
  });

  it('grants a payment that comes in advance only when its cycle is due', () => {
    const early = play([{ ...paid(month(anchor, 0)) }, { ...paid(month(anchor, 1)), at: plus(anchor, DAY) }]);
    expect(early.grants.map((grant) => grant.cycle)).toEqual([0]);
    expect(nextChangeAt(early.state)).toBe(cycleStart(anchor, 1));
    expect(play([passes(cycleStart(anchor, 1))], early.state).grants.map((grant) => grant.cycle)).toEqual([
      1,
    ]);
  });

  it('keeps a renewal whose first payment is not known yet, and grants both when it is', () => {
    const waiting = play([paid(month(anchor, 1))]);
    expect(waiting.grants).toEqual([]);
    expect(viewOf(waiting.state).status).toBe('incomplete');
    expect(play([paid(month(anchor, 0))], waiting.state).grants.map((grant) => grant.cycle)).toEqual([0, 1]);
  });

  it('does not grow with the years', () => {
    const { state } = play(range(240).map((index) => paid(month(anchor, index))));
    expect(JSON.stringify(state).length).toBeLessThan(2_000);
  });
});

describe('a yearly plan', () => {
  const anchor = at('2028-02-29T00:00:00Z');
  const year: PaidInterval = {
    ...month(anchor, 0),
    end: cycleStart(anchor, 12),
    paid: { amountMinor: 27_001, currency: 'usd' },
  };

  it('is paid once and granted every month, each with its share of the price', () => {
    let { state, grants } = play([paid(year)]);
    for (let next = nextChangeAt(state); next !== null && next < year.end; next = nextChangeAt(state)) {
      const after = play([passes(next)], state);
      state = after.state;
      grants = [...grants, ...after.grants];
    }
    expect(grants.map((grant) => grant.cycle)).toEqual(range(12));
    expect(grants.reduce((sum, grant) => sum + grant.cost.amountMinor, 0)).toBe(27_001);
    expect(viewOf(state)).toMatchObject({ status: 'active', cycle: 11, paidThrough: year.end });
  });

  it('catches up in order, each with its own date, after an outage of months', () => {
    const { grants } = play([paid(year, anchor), passes(plus(cycleStart(anchor, 5), DAY))]);
    expect(grants.map((grant) => grant.effectiveAt)).toEqual(
      range(6).map((index) => cycleStart(anchor, index)),
    );
  });
});

describe('an upgrade', () => {
  const anchor = at('2027-01-10T00:00:00Z');
  const upgradeAt = at('2027-02-20T12:34:56Z');
  const upgrade: PaidInterval = {
    ...month(upgradeAt, 0),
    paymentId: 'in_upgrade',
    plan: 'pro',
    creditsPerCycle: credits(1_000),
  };

  it('begins a new era with its own anchor and a full grant', () => {
    const { grants, state } = play([paid(month(anchor, 0)), paid(month(anchor, 1)), paid(upgrade)]);
    expect(grants.at(-1)).toMatchObject({ key: `cycle:sub_1:1:${upgradeAt}`, credits: 1_000, plan: 'pro' });
    expect(viewOf(state)).toMatchObject({ era: 1, cycle: 0, plan: 'pro', anchorAt: upgradeAt });
  });

  it('still grants a period of the old plan that is paid late', () => {
    const { grants } = play([paid(month(anchor, 0)), paid(upgrade), paid(month(anchor, 1))]);
    expect(grants.map((grant) => [grant.era, grant.cycle, grant.credits])).toEqual([
      [0, 0, 500],
      [1, 0, 1_000],
      [0, 1, 500],
    ]);
  });
});

describe('a checkout', () => {
  const opened = openSubscription({ ...opening(), at: at('2027-01-01T00:00:00Z') });

  it('that nobody pays ends the subscription', () => {
    const { state } = play([{ type: 'checkout_expired', at: at('2027-01-02T00:00:00Z') }], opened);
    expect(viewOf(state).status).toBe('canceled');
    expect(isFinished(state)).toBe(true);
  });

  it('that is paid after all is fulfilled all the same', () => {
    const anchor = at('2027-01-01T23:00:00Z');
    const { state, grants } = play(
      [{ type: 'checkout_expired', at: at('2027-01-02T00:00:00Z') }, paid(month(anchor, 0))],
      opened,
    );
    expect(grants).toHaveLength(1);
    expect(viewOf(state).status).toBe('active');
  });
});

describe('whatever comes, in whatever order', () => {
  const scenario = fc
    .record({
      anchor: fc.integer({
        min: epochMsOf(at('2026-01-01T00:00:00Z')),
        max: epochMsOf(at('2032-12-31T23:59:59Z')),
      }),
      paidMonths: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }),
      until: fc.integer({ min: 0, max: 36 * 31 * DAY }),
      copies: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }),
      order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      instants: fc.array(fc.integer({ min: 0, max: 36 * 31 * DAY }), { maxLength: 12 }),
    })
    .map(({ anchor, paidMonths, until, copies, order, instants }) => {
      const start = instantOf(Math.floor(anchor / 1000) * 1000);
      const payments = [0, ...paidMonths].map((index) => month(start, index));
      const facts = [...payments, ...copies.flatMap((copy) => payments[copy % payments.length] ?? [])];
      const end = plus(start, until);
      const steps: SubscriptionStep[] = [
        ...facts.map((payment) => paid(payment, start)),
        ...instants.map((ms) => passes(plus(start, Math.min(ms, until)))),
      ];
      const keyed = steps.map((input) => ({ input, weight: Number(order.next().value) }));
      const shuffled = keyed.sort((a, b) => a.weight - b.weight).map(({ input }) => input);
      return { start, end, paidMonths: [0, ...paidMonths], steps: [...shuffled, passes(end)] };
    });

  it('grants exactly the paid cycles that are due, each once', () => {
    fc.assert(
      fc.property(scenario, ({ start, end, paidMonths, steps }) => {
        const { grants } = play(steps);
        const expected = paidMonths.filter((index) => cycleStart(start, index) <= end).sort((a, b) => a - b);
        expect(grants.map((grant) => grant.cycle).sort((a, b) => a - b)).toEqual(expected);
        expect(new Set(grants.map((grant) => grant.key)).size).toBe(grants.length);
      }),
    );
  });

  it('ends in the same state and gives the same grants as the facts in their proper order', () => {
    fc.assert(
      fc.property(scenario, ({ steps }) => {
        const inOrder = [...steps].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
        const one = play(steps);
        const other = play(inOrder);
        expect(sortedByKey(one.grants)).toEqual(sortedByKey(other.grants));
        expect(viewOf(one.state)).toEqual(viewOf(other.state));
      }),
    );
  });

  it('survives the way through JSON at every step', () => {
    fc.assert(
      fc.property(scenario, ({ steps }) => {
        let state = opened();
        for (const input of steps) {
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
          state = step(state, input).state;
        }
      }),
    );
  });
});

function orderOf(input: SubscriptionStep): string {
  return input.type === 'paid' ? input.payment.start : input.at;
}
