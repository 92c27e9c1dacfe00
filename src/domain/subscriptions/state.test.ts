import {
  at,
  DAY,
  month,
  opened,
  paid,
  passes,
  play,
  plus,
  range,
  TERMS,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { nextChangeAt, readSubscriptionState, type SubscriptionState } from './subscription';

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
    expect(readSubscriptionState(later)).toEqual(later);
  });
});

describe('the state of a subscription', () => {
  it('stays small through ten years of pauses, refunds and changes of mind', () => {
    const anchor = at('2027-01-31T00:00:00Z');
    let state: SubscriptionState = opened();
    for (const index of range(120)) {
      const start = cycleStart(anchor, index);
      const payment = month(start, 0, { paymentId: `in_${String(index)}` });
      const [early, late] = [plus(start, DAY), plus(start, 20 * DAY)];
      const refund = {
        id: `re_${String(index)}`,
        kind: 'refund',
        amountMinor: 100,
        status: 'withdrawn',
      } as const;
      const [paused, resumed, changed, back] = ['p', 'r', 'c', 'b'].map((name) => `${name}${String(index)}`);
      ({ state } = play(
        [
          ...(index === 0 ? [] : [{ type: 'resume', at: start, commandId: resumed! } as const]),
          paid(payment),
          { type: 'command_done', at: start, commandId: resumed! },
          { type: 'withdrawal', at: early, payment, stripeSubscriptionId: 'sub_stripe', withdrawal: refund },
          { type: 'change_plan', at: early, commandId: changed!, plan: 'pro', terms: TERMS },
          {
            type: 'command_failed',
            at: early,
            commandId: changed!,
            code: 'payment_failed',
            message: 'declined',
          },
          { type: 'cancel', at: early, commandId: back!, when: 'period_end' },
          { type: 'command_done', at: early, commandId: back! },
          { type: 'resume', at: early, commandId: `${back!}2` },
          { type: 'command_done', at: early, commandId: `${back!}2` },
          { type: 'pause', at: late, commandId: paused! },
          { type: 'command_done', at: late, commandId: paused! },
        ],
        state,
      ));
    }
    expect(state.eras).toHaveLength(120);
    expect(state.intervals.length).toBeLessThanOrEqual(1);
    expect(JSON.stringify(state).length).toBeLessThan(50_000);
  });
});
