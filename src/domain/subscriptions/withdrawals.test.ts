import {
  at,
  DAY,
  month,
  paid,
  passes,
  play,
  plus,
  range,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import type { Instant } from '../instants';
import type { Withdrawal } from '../payments/refunds';
import type { PaidInterval } from './paid-cycles';
import { isFinished, nextChangeAt, viewOf, type SubscriptionStep } from './subscription';

const anchor = at('2027-01-31T00:00:00Z');
const year: PaidInterval = { ...month(anchor, 0), end: cycleStart(anchor, 12), paid: usd(24_000) };
const untilMonthFive = range(5).map((index) => passes(cycleStart(anchor, index)));

describe('a year that is refunded', () => {
  const inMonthFive = plus(cycleStart(anchor, 4), DAY);

  it('for seven months in month five loses seven months', () => {
    const { state, clawbacks } = play([paid(year), ...untilMonthFive, back(inMonthFive, year, 14_000)]);
    expect(clawbacks).toEqual([]);
    expect(viewOf(state).nextGrant).toEqual({ at: year.end, credits: 500 });
    const later = play(
      range(12).map((index) => passes(cycleStart(anchor, index))),
      state,
    );
    expect(later.grants).toEqual([]);
  });

  it('in full takes back what was granted and grants nothing more', () => {
    const { clawbacks, state } = play([paid(year), ...untilMonthFive, back(inMonthFive, year, 24_000)]);
    expect(clawbacks).toMatchObject([{ key: 'clawback:re_1', credits: 2_500 }]);
    expect(nextChangeAt(state)).toBe(cycleStart(anchor, 5));
    expect(play([passes(cycleStart(anchor, 12))], state).grants).toEqual([]);
  });

  it('for part of a month takes the part back when that month is granted', () => {
    const { state } = play([paid(year), ...untilMonthFive, back(inMonthFive, year, 13_000)]);
    expect(viewOf(state).nextGrant).toEqual({ at: cycleStart(anchor, 5), credits: 250 });
    const { grants, clawbacks } = play([passes(cycleStart(anchor, 11))], state);
    expect(grants.map((grant) => grant.cycle)).toEqual([5]);
    expect(clawbacks).toMatchObject([
      { clawbackId: 're_1', credits: 250, effectiveAt: cycleStart(anchor, 5) },
    ]);
  });

  it('and whose refund fails is granted what was missed meanwhile, under the original keys', () => {
    const later = plus(cycleStart(anchor, 7), DAY);
    const { state } = play([paid(year), ...untilMonthFive, back(inMonthFive, year, 24_000), passes(later)]);
    const { restores, grants } = play([back(later, year, 24_000, { status: 'returned' })], state);
    expect(restores).toMatchObject([{ key: 'clawback_undo:re_1', credits: 2_500 }]);
    expect(grants.map((grant) => [grant.cycle, grant.effectiveAt])).toEqual([
      [5, later],
      [6, later],
      [7, later],
    ]);
  });

  it('is finished for good when it has ended and nothing is left to grant', () => {
    const { state } = play([
      paid(year),
      back(plus(anchor, DAY), year, 24_000),
      {
        type: 'subscription_changed',
        at: inMonthFive,
        cancelAt: null,
        endedAt: inMonthFive,
        endReason: null,
      },
    ]);
    expect(isFinished(state)).toBe(true);
  });
});

describe('a dispute', () => {
  const first = month(anchor, 0);

  it('takes the month back when the money is withdrawn and restores exactly that when it is won', () => {
    const lost = play([paid(first), back(plus(anchor, DAY), first, 2_500, { kind: 'dispute' })]);
    expect(lost.clawbacks).toMatchObject([{ credits: 500 }]);
    const won = play(
      [back(plus(anchor, 60 * DAY), first, 2_500, { kind: 'dispute', status: 'returned' })],
      lost.state,
    );
    expect(won.restores).toMatchObject([{ credits: 500 }]);
  });

  it('that is heard of before its payment fulfils the payment first', () => {
    const { grants, clawbacks, state } = play([back(plus(anchor, DAY), first, 2_500, { kind: 'dispute' })]);
    expect(grants).toHaveLength(1);
    expect(clawbacks).toMatchObject([{ credits: 500 }]);
    expect(play([paid(first)], state).grants).toEqual([]);
  });

  it('of a month long past finds its credits', () => {
    const { state } = play(range(30).map((index) => paid(month(anchor, index))));
    expect(state.intervals).toHaveLength(1);
    const old = month(anchor, 3);
    const { clawbacks, grants } = play([back(cycleStart(anchor, 29), old, 1_250)], state);
    expect(grants).toEqual([]);
    expect(clawbacks).toMatchObject([{ paymentId: 'in_3', credits: 250 }]);
  });
});

describe('the end of a subscription at Stripe', () => {
  const ended = plus(cycleStart(anchor, 1), 14 * DAY);

  it('after the last failed retry drops the rights, keeps the credits and is final', () => {
    const { state } = play([
      paid(month(anchor, 0)),
      { type: 'payment_failed', at: cycleStart(anchor, 1), periodStart: cycleStart(anchor, 1) },
      {
        type: 'subscription_changed',
        at: ended,
        cancelAt: null,
        endedAt: ended,
        endReason: 'payment_failed',
      },
      { type: 'subscription_changed', at: plus(ended, DAY), cancelAt: null, endedAt: null, endReason: null },
    ]);
    expect(viewOf(state)).toMatchObject({ status: 'canceled', cancelAt: ended });
  });

  it('does not take the grant away from an invoice that gets paid after it', () => {
    const { grants, state } = play([
      paid(month(anchor, 0)),
      {
        type: 'subscription_changed',
        at: ended,
        cancelAt: null,
        endedAt: ended,
        endReason: 'payment_failed',
      },
      paid(month(anchor, 1, { paidAt: plus(ended, DAY) })),
    ]);
    expect(grants.map((grant) => grant.cycle)).toEqual([0, 1]);
    expect(viewOf(state).status).toBe('canceled');
  });

  it('that is scheduled in the portal is seen', () => {
    const cancelAt = cycleStart(anchor, 1);
    const { state } = play([
      paid(month(anchor, 0)),
      { type: 'subscription_changed', at: plus(anchor, DAY), cancelAt, endedAt: null, endReason: null },
    ]);
    expect(viewOf(state)).toMatchObject({ status: 'active', cancelAt, nextGrant: null });
  });

  it('leaves a voided period unpaid, without a failure', () => {
    const due = cycleStart(anchor, 1);
    const { state, grants } = play([
      paid(month(anchor, 0)),
      { type: 'payment_failed', at: plus(due, DAY / 24), periodStart: due },
      { type: 'invoice_voided', at: plus(due, DAY / 24), periodStart: due },
      paid(month(anchor, 2)),
    ]);
    expect(grants.map((grant) => grant.cycle)).toEqual([0, 2]);
    expect(viewOf(state).status).toBe('active');
  });
});

function back(
  instant: Instant,
  payment: PaidInterval,
  amountMinor: number,
  change: Partial<Withdrawal> = {},
): SubscriptionStep {
  return {
    type: 'withdrawal',
    at: instant,
    payment,
    stripeSubscriptionId: 'sub_stripe',
    withdrawal: { id: 're_1', kind: 'refund', amountMinor, status: 'withdrawn', ...change },
  };
}
