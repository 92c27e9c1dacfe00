import fc from 'fast-check';
import {
  at,
  DAY,
  month,
  opened,
  opening,
  paid,
  passes,
  play,
  plus,
  TERMS,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import type { Instant } from '../instants';
import type { Contract } from './contract';
import type { SubscriptionCommand } from './inputs';
import { previewOf } from './preview';
import {
  callsAtTermEnd,
  callsWhileRecorded,
  openSubscription,
  viewOf,
  type SubscriptionState,
} from './subscription';

const signedAt = at('2027-01-15T09:00:00Z');
const contract: Contract = {
  contractId: 'ctr_1',
  credits: credits(8_000),
  price: usd(360_001),
  interval: 'year',
  termMonths: 24,
};
const waiting = contractual(contract);

describe('a contract', () => {
  it('begins when an operator records its first payment, and grants monthly with exact shares of the price', () => {
    const year = cycleStart(signedAt, 12);
    const first = play([record(signedAt, year)], waiting);
    expect(first.answers).toMatchObject([{ outcome: 'done' }]);
    const { grants, state } = play([passes(year)], first.state);
    const all = [...first.grants, ...grants];
    expect(all).toHaveLength(12);
    expect(all.every((grant) => grant.credits === 8_000 && grant.plan === 'custom')).toBe(true);
    expect(all.reduce((sum, grant) => sum + grant.cost.amountMinor, 0)).toBe(360_001);
    expect(viewOf(state)).toMatchObject({
      anchorAt: signedAt,
      paidThrough: year,
      cancelAt: cycleStart(signedAt, 24),
    });
  });

  it('recorded for part of the interval costs that part of the price', () => {
    const { grants } = play([record(signedAt, cycleStart(signedAt, 3))], waiting);
    expect(grants[0]?.cost.amountMinor).toBe(30_000);
  });

  it('goes on from where the paid time ends, however late the money is', () => {
    const late = plus(cycleStart(signedAt, 13), DAY);
    const { grants, state } = play(
      [
        record(signedAt, cycleStart(signedAt, 12)),
        passes(late),
        record(late, cycleStart(signedAt, 24), 'c2'),
      ],
      waiting,
    );
    expect(grants.map((grant) => grant.cycle)).toEqual([...Array(14).keys()]);
    expect(viewOf(state).status).toBe('active');
  });

  it('is not ended by dunning', () => {
    const { state } = play(
      [
        record(signedAt, cycleStart(signedAt, 12)),
        {
          type: 'subscription_changed',
          at: plus(cycleStart(signedAt, 12), 20 * DAY),
          cancelAt: null,
          endedAt: plus(cycleStart(signedAt, 12), 20 * DAY),
          endReason: 'payment_failed',
        },
      ],
      waiting,
    );
    expect(viewOf(state).status).toBe('past_due');
  });

  it('that is canceled at Stripe stays for the time that is recorded as paid', () => {
    const year = cycleStart(signedAt, 12);
    const monthAtStripe = cycleStart(signedAt, 1);
    const fact = { cancelAt: monthAtStripe, endedAt: null, endReason: null } as const;
    const { state } = play(
      [
        record(signedAt, year),
        { type: 'subscription_changed', at: plus(signedAt, DAY), ...fact },
        { type: 'subscription_changed', at: monthAtStripe, ...fact, endedAt: monthAtStripe },
      ],
      waiting,
    );
    expect(viewOf(state)).toMatchObject({ status: 'active', cancelAt: year });
  });

  it('ends with its term', () => {
    const end = cycleStart(signedAt, 24);
    const { state } = play([record(signedAt, end), passes(end)], waiting);
    expect(viewOf(state)).toMatchObject({ status: 'canceled', cancelAt: end });
  });

  it('is ended at Stripe with its term, where what was billed for the term stays billed', () => {
    const end = cycleStart(signedAt, 24);
    const invoiced = { ...waiting, stripeSubscriptionId: 'sub_stripe' };
    const steps = [record(signedAt, end), { type: 'command_done', at: signedAt, commandId: 'c1' } as const];
    const running = play(steps, invoiced).state;
    expect(callsAtTermEnd(play([passes(plus(end, -1))], running).state)).toEqual([]);
    expect(callsAtTermEnd(play([passes(end)], running).state)).toMatchObject([
      { type: 'cancel_now' },
      { type: 'void_open_invoices', from: plus(cycleStart(signedAt, 23), 1) },
    ]);
    const left = play([{ type: 'cancel', at: signedAt, commandId: 'c2', when: 'now' }], running);
    const gone = play([{ type: 'command_done', at: signedAt, commandId: 'c2' }, passes(end)], left.state);
    expect(callsAtTermEnd(gone.state)).toEqual([]);
  });

  it('has what Stripe goes on billing marked as paid while recorded money pays for it', () => {
    const through = cycleStart(signedAt, 6);
    const paidTo = plus(through, -20 * DAY);
    const done = { type: 'command_done', at: signedAt, commandId: 'c1' } as const;
    const { state } = play([record(signedAt, paidTo), done], {
      ...waiting,
      stripeSubscriptionId: 'sub_stripe',
    });
    expect(callsWhileRecorded(state)).toMatchObject([{ type: 'pay_out_of_band', through }]);
    expect(callsWhileRecorded(play([passes(paidTo)], state).state)).toEqual([]);
  });

  it('that is resumed loses nothing, although its term will end', () => {
    const year = cycleStart(signedAt, 12);
    const cancel = { type: 'cancel', at: signedAt, commandId: 'c2', when: 'period_end' } as const;
    const { state } = play([record(signedAt, year), cancel], waiting);
    const seen = previewOf(state, { type: 'resume', at: signedAt, commandId: 'c3' }, TERMS);
    expect(seen).toMatchObject({
      preview: { effectiveAt: signedAt, planBefore: 'custom', planAfter: 'custom' },
    });
  });

  it('takes no payment beyond its term, none twice, and no change of plan', () => {
    const { answers } = play(
      [
        record(signedAt, cycleStart(signedAt, 25)),
        record(signedAt, cycleStart(signedAt, 12), 'c2'),
        record(signedAt, cycleStart(signedAt, 12), 'c3'),
        { type: 'change_plan', at: signedAt, commandId: 'c4', plan: 'pro', terms: TERMS },
        { type: 'pause', at: signedAt, commandId: 'c5' },
      ],
      waiting,
    );
    expect(answers.map((answer) => answer.outcome)).toEqual([
      'refused',
      'done',
      'refused',
      'refused',
      'refused',
    ]);
  });

  it('marks the invoices that a recorded payment covers as paid out of band, before it counts', () => {
    const invoiced = { ...waiting, stripeSubscriptionId: 'sub_stripe' };
    const through = cycleStart(signedAt, 12);
    const asked = play([record(signedAt, through)], invoiced);
    expect(asked.calls).toMatchObject([{ type: 'pay_out_of_band', through }]);
    expect(asked.grants).toEqual([]);
    const recorded = play([{ type: 'command_done', at: signedAt, commandId: 'c1' }], asked.state);
    expect(recorded.grants).toHaveLength(1);
    const terms = { plan: 'custom', creditsPerCycle: credits(8_000), end: through } as const;
    const outOfBand = paid(month(plus(signedAt, -DAY), 0, terms), signedAt);
    const { grants } = play([outOfBand, passes(through)], recorded.state);
    expect(grants.map((grant) => grant.credits)).toEqual(Array(11).fill(8_000));
  });
});

describe('a recorded payment', () => {
  it('is refused when no month begins in the time that it would pay for', () => {
    const middle = plus(cycleStart(signedAt, 1), 10 * DAY);
    const { answers, grants } = play(
      [
        record(signedAt, middle),
        record(signedAt, plus(middle, 5 * DAY), 'c2'),
        passes(cycleStart(signedAt, 4)),
      ],
      waiting,
    );
    expect(answers).toMatchObject([{ outcome: 'done' }, { outcome: 'refused', code: 'state_conflict' }]);
    expect(grants).toHaveLength(2);
  });

  it('is refused when it would pay for more than ten years ahead', () => {
    const { answers, state } = play(
      [record(signedAt, at('9999-12-31T00:00:00Z')), record(signedAt, cycleStart(signedAt, 121), 'c2')],
      opened(),
    );
    expect(answers.map((answer) => answer.outcome)).toEqual(['refused', 'refused']);
    expect(play([record(signedAt, cycleStart(signedAt, 120), 'c3')], state).grants).toHaveLength(1);
  });

  it('gives credits for its money, and money for its credits, whatever instants are recorded', () => {
    const recorded = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 100 }), days: fc.integer({ min: -5, max: 100 }) }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(recorded, (payments) => {
        let state = waiting;
        let now = signedAt;
        const granted = new Map<string, number>();
        const costs = new Map<string, number>();
        const hear = (steps: Parameters<typeof play>[0]) => {
          const played = play(steps, state);
          state = played.state;
          for (const { paymentId, credits: given, cost } of played.grants) {
            if (paymentId === null) continue;
            granted.set(paymentId, (granted.get(paymentId) ?? 0) + given);
            costs.set(paymentId, (costs.get(paymentId) ?? 0) + cost.amountMinor);
          }
        };
        const accepted = new Map<string, number>();
        for (const [index, { after, days }] of payments.entries()) {
          now = plus(now, after * DAY);
          hear([record(now, plus(viewOf(state).paidThrough ?? now, days * DAY), `c${String(index)}`)]);
          for (const { paymentId, paid: money } of state.intervals)
            accepted.set(paymentId, money.amountMinor);
        }
        hear([passes(cycleStart(signedAt, 400))]);
        expect([...costs].sort()).toEqual([...accepted].sort());
        expect([...granted.values()].every((given) => given > 0 && given % 8_000 === 0)).toBe(true);
      }),
    );
  });
});

describe('a payment recorded for an ordinary plan', () => {
  it('costs the price of the plan for every interval that it covers', () => {
    const start = play([
      { type: 'paid', at: signedAt, payment: month(signedAt, 0), stripeSubscriptionId: null },
    ]);
    const { grants } = play(
      [record(plus(signedAt, DAY), cycleStart(signedAt, 3)), passes(cycleStart(signedAt, 2))],
      start.state,
    );
    expect(grants.map((grant) => [grant.cycle, grant.credits, grant.cost.amountMinor])).toEqual([
      [1, 500, 2_500],
      [2, 500, 2_500],
    ]);
  });

  it('is the period that is due and no other when a card is charged for the next ones', () => {
    const { state } = play([paid(month(signedAt, 0))]);
    const ahead = play([record(plus(signedAt, DAY), cycleStart(signedAt, 2))], state);
    const due = play([passes(plus(cycleStart(signedAt, 1), DAY))], state);
    const more = play([record(due.state.at, cycleStart(signedAt, 3), 'c2')], due.state);
    const right = play([record(due.state.at, cycleStart(signedAt, 2), 'c3')], due.state);
    expect([...ahead.answers, ...more.answers].map((answer) => answer.outcome)).toEqual([
      'refused',
      'refused',
    ]);
    expect(right.calls).toMatchObject([{ type: 'pay_out_of_band', through: cycleStart(signedAt, 2) }]);
  });
});

function contractual(terms: Contract): SubscriptionState {
  return openSubscription({
    ...opening(),
    plan: 'custom',
    interval: terms.interval,
    collection: 'invoice',
    contract: terms,
    at: signedAt,
  });
}

function record(instant: Instant, paidThrough: Instant, commandId = 'c1'): SubscriptionCommand {
  return { type: 'record_payment', at: instant, commandId, reference: 'PO 7', paidThrough, terms: TERMS };
}
