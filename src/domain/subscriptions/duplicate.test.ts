import {
  at,
  DAY,
  month,
  opened,
  paid,
  passes,
  play,
  plus,
  usd,
} from '../../../tests/support/subscription-play';
import { duplicateEndsAt, withMoney, wordsOfAmount, wordsOfDuplicate } from './duplicate';
import { isFinished, viewOf, type SubscriptionStep } from './subscription';

const now = at('2027-01-31T00:00:00Z');
const duplicate = { of: 'sub_first', since: now, money: null };
const known: SubscriptionStep = { type: 'duplicate', at: now, duplicate, stripeSubscriptionId: 'sub_stripe' };
const payment = month(now, 0);

describe('a subscription that was paid for beside another one', () => {
  it('has ended, and whatever is heard of it later neither grants nor takes anything', () => {
    const refund = { id: 're_1', kind: 'refund', amountMinor: 2_500, status: 'withdrawn' } as const;
    const { state, grants, clawbacks, restores } = play([
      known,
      paid(payment),
      {
        type: 'withdrawal',
        at: plus(now, 1),
        payment,
        stripeSubscriptionId: 'sub_stripe',
        withdrawal: refund,
      },
      { type: 'checkout_expired', at: plus(now, 2) },
      passes(plus(now, 40 * DAY)),
    ]);
    expect([grants, clawbacks, restores]).toEqual([[], [], []]);
    expect(viewOf(state)).toMatchObject({ status: 'canceled', nextGrant: null, cancelAt: now });
    expect(state.stripeSubscriptionId).toBe('sub_stripe');
  });

  it('is finished ten days after its money was first seen to be returned, and never before', () => {
    const { state } = play([known, passes(plus(now, 90 * DAY))]);
    expect(isFinished(state)).toBe(false);
    const under = withMoney(duplicate, { paid: usd(2_500), standing: 'under_way' }, now);
    expect(duplicateEndsAt(under)).toBeNull();
    const returned = withMoney(under, { paid: usd(2_500), standing: 'returned' }, plus(now, DAY));
    const later = withMoney(returned, { paid: usd(2_500), standing: 'returned' }, plus(now, 5 * DAY));
    expect(duplicateEndsAt(later)).toBe(plus(now, 11 * DAY));
    const step = { ...known, duplicate: later };
    expect(isFinished(play([step, passes(plus(now, 11 * DAY - 1))]).state)).toBe(false);
    expect(isFinished(play([step, passes(plus(now, 11 * DAY))]).state)).toBe(true);
  });

  it('is waited for anew when its refund came back', () => {
    const returned = withMoney(duplicate, { paid: usd(2_500), standing: 'returned' }, now);
    const stuck = withMoney(returned, { paid: usd(2_500), standing: 'stuck' }, plus(now, DAY));
    expect(duplicateEndsAt(stuck)).toBeNull();
    expect(wordsOfDuplicate(stuck)).toContain('The refund of USD 25.00 failed: give it back by hand');
    expect(play([{ ...known, duplicate: stuck }], opened()).state.duplicate).toEqual(stuck);
  });

  it('names amounts in the decimals of their currency', () => {
    expect(wordsOfAmount(usd(2_505))).toBe('USD 25.05');
    expect(wordsOfAmount({ amountMinor: 500, currency: 'jpy' })).toBe('JPY 500');
  });
});
