import fc from 'fast-check';
import { at, DAY, plus } from '../../../tests/support/subscription-play';
import { credits } from '../credits';
import {
  noAutoTopUp,
  stepAutoTopUp,
  STOP_REASONS,
  type AutoTopUpEffects,
  type AutoTopUpSetting,
  type AutoTopUpState,
  type AutoTopUpStep,
} from './auto-top-up';

const now = at('2027-01-30T00:00:00Z');
const setting: AutoTopUpSetting = {
  threshold: credits(100),
  pack: 'add_on_1000',
  quantity: 1,
  monthlyMaximum: 2,
};
const on = play([{ type: 'set', setting }]).state;

describe('automatic top-up', () => {
  it('buys when fewer credits than the threshold are available, and not at it', () => {
    expect(play([observed(100)], on).effects).toMatchObject([{ buy: null, why: 'enough_credits' }]);
    expect(play([observed(99)], on).effects).toMatchObject([
      { buy: { number: 1, pack: 'add_on_1000', quantity: 1 }, why: 'below_threshold' },
    ]);
  });

  it('buys one at a time', () => {
    const { effects } = play([observed(0), observed(0)], on);
    expect(effects[1]).toMatchObject({ buy: null, why: 'purchase_in_progress' });
  });

  it('buys no more than its maximum in a month, and goes on in the next', () => {
    const { effects } = play(
      [
        observed(0),
        { type: 'bought', number: 1 },
        observed(0),
        { type: 'bought', number: 2 },
        observed(0),
        { ...observed(0), at: plus(now, 3 * DAY) },
      ],
      on,
    );
    expect(effects.map((effect) => effect.why)).toEqual([
      'below_threshold',
      null,
      'below_threshold',
      null,
      'monthly_maximum_reached',
      'below_threshold',
    ]);
  });

  it('stops after a decline, tells why once, and goes on when it is set again', () => {
    const failed = { type: 'failed', at: now, number: 1, reason: 'declined' } as const;
    const { effects, state } = play([observed(0), failed, failed, observed(0)], on);
    expect(effects.map((effect) => effect.tell)).toEqual([null, 'stopped', null, null]);
    expect(effects.at(-1)?.why).toBe('stopped');
    expect(state).toMatchObject({ stopped: { reason: 'declined', at: now }, boughtInMonth: 0 });
    expect(play([{ type: 'set', setting }, observed(0)], state).effects.at(-1)?.buy).toMatchObject({
      number: 2,
    });
  });

  it('buys nothing for who may not buy, and nothing when it is off', () => {
    expect(play([{ ...observed(0), mayBuy: false }], on).effects).toMatchObject([
      { why: 'not_a_subscriber' },
    ]);
    expect(play([{ type: 'removed' }, observed(0)], on).effects.at(-1)?.why).toBe('off');
  });

  it('never buys twice at once or more than its maximum in a month, whatever comes', () => {
    const inputs = fc.array(
      fc.oneof(
        fc.record({
          type: fc.constant('observed' as const),
          at: fc.integer({ min: 0, max: 90 }).map((days) => plus(now, days * DAY)),
          available: fc.integer({ min: 0, max: 200 }).map(credits),
          mayBuy: fc.boolean(),
        }),
        fc.record({ type: fc.constant('bought' as const), number: fc.integer({ min: 1, max: 8 }) }),
        fc.record({
          type: fc.constant('failed' as const),
          at: fc.constant(now),
          number: fc.integer({ min: 1, max: 8 }),
          reason: fc.constantFrom(...STOP_REASONS),
        }),
        fc.constant<AutoTopUpStep>({ type: 'set', setting }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(inputs, (steps) => {
        let state = on;
        let inProgress = 0;
        for (const input of inOrder(steps)) {
          const { state: after, effects } = stepAutoTopUp(state, input);
          if (input.type !== 'observed' && state.pending !== null && after.pending === null) inProgress -= 1;
          if (effects.buy !== null) inProgress += 1;
          expect(inProgress).toBeLessThanOrEqual(1);
          expect(after.boughtInMonth).toBeLessThanOrEqual(setting.monthlyMaximum);
          state = after;
        }
      }),
    );
  });
});

/** Time does not go back. */
function inOrder(steps: readonly AutoTopUpStep[]): readonly AutoTopUpStep[] {
  let latest = now;
  return steps.map((input) => {
    if (input.type !== 'observed') return input;
    latest = input.at > latest ? input.at : latest;
    return { ...input, at: latest };
  });
}

function observed(available: number): Extract<AutoTopUpStep, { readonly type: 'observed' }> {
  return { type: 'observed', at: now, available: credits(available), mayBuy: true };
}

function play(steps: readonly AutoTopUpStep[], from: AutoTopUpState = noAutoTopUp('cus_1')) {
  const effects: AutoTopUpEffects[] = [];
  let state = from;
  for (const input of steps) {
    const next = stepAutoTopUp(state, input);
    state = next.state;
    effects.push(next.effects);
  }
  return { state, effects };
}
