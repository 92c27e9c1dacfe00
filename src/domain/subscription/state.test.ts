import { at, DAY, passes, play, plus } from '../../../tests/support/subscription-play';
import { nextChangeAt, readSubscriptionState, type SubscriptionState } from '../subscription';

const now = at('2026-11-20T08:00:00Z');

describe('a state that the first release wrote', () => {
  it('is read and goes on', () => {
    const state = readSubscriptionState({
      schemaVersion: 1,
      subscriptionId: 'sub_1',
      customerId: 'cus_1',
      plan: 'standard',
      interval: 'month',
      collection: 'checkout',
      catalogVersion: 'test',
      graceMs: 0,
      checkout: null,
      stripeSubscriptionId: 'sub_stripe',
      eras: [],
      intervals: [],
      failedPeriodStart: null,
      expired: false,
      createdAt: now,
      at: now,
      revision: 4,
    });
    const later: SubscriptionState = play([passes(plus(now, DAY))], state).state;
    expect(later).toMatchObject({ schemaVersion: 2, orderedAt: now, cancelAt: null, withdrawals: [] });
    expect(nextChangeAt(later)).toBeNull();
    expect(readSubscriptionState(later)).toBe(later);
  });
});
