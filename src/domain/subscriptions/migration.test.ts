import { at, month, paid, play, TERMS, usd } from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import type { SubscriptionCommand } from './inputs';
import { viewOf } from './subscription';

const anchor = at('2027-01-10T00:00:00Z');
const now = at('2027-01-20T00:00:00Z');
const renewal = cycleStart(anchor, 1);
const onStandard = play([paid(month(anchor, 0))]).state;
const dearer = TERMS.map((terms) => ({ ...terms, credits: credits(600), price: usd(2_900) }));

describe('moving to another catalog version', () => {
  it('changes the price from the next period on and nothing of what is paid', () => {
    const { calls, grants, state } = play([migrate(), done()], onStandard);
    expect(calls).toMatchObject([{ type: 'change_price', plan: 'standard', catalogVersion: 'later' }]);
    expect(grants).toEqual([]);
    expect(state.catalogVersion).toBe('later');
    expect(viewOf(state)).toMatchObject({
      plan: 'standard',
      pendingPlan: null,
      nextGrant: { at: renewal, credits: 600 },
    });
  });

  it('grants a renewal that was charged at the old price as it was paid', () => {
    const { grants } = play([migrate(), done(), paid(month(anchor, 1))], onStandard);
    expect(grants.map((grant) => grant.credits)).toEqual([500]);
  });

  it('to the same version, to one that does not sell the plan, or before anything is paid is refused', () => {
    const withoutPrice = TERMS.map((terms) => ({ ...terms, price: null }));
    const refused = [
      play([migrate({ catalogVersion: 'test' })], onStandard),
      play([migrate({ terms: withoutPrice })], onStandard),
      play([migrate()]),
    ];
    expect(refused.flatMap(({ answers }) => answers)).toMatchObject(
      refused.map(() => ({ outcome: 'refused', code: 'state_conflict' })),
    );
  });
});

function migrate(
  change: Partial<Extract<SubscriptionCommand, { readonly type: 'migrate' }>> = {},
): SubscriptionCommand {
  return {
    type: 'migrate',
    at: now,
    commandId: 'm1',
    catalogVersion: 'later',
    graceMs: 0,
    terms: dearer,
    ...change,
  };
}

function done() {
  return { type: 'command_done', at: now, commandId: 'm1' } as const;
}
