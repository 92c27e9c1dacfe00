import { at } from '../../../tests/support/subscription-play';
import { planAt, type SeenSubscription } from './rights';

const end = at('2027-02-10T00:00:00Z');
const before = at('2027-02-09T23:59:59.999Z');
const seen: SeenSubscription = {
  status: 'active',
  plan: 'pro',
  pendingPlan: null,
  cancelAt: null,
  paidThrough: end,
};

describe('the plan whose rights hold', () => {
  it('is the plan while the subscription is active or past due, and the default plan otherwise', () => {
    expect(planAt(seen, before)).toBe('pro');
    expect(planAt({ ...seen, status: 'past_due' }, end)).toBe('pro');
    expect(planAt({ ...seen, status: 'paused' }, before)).toBeNull();
    expect(planAt({ ...seen, status: 'canceled' }, before)).toBeNull();
    expect(planAt({ ...seen, status: 'incomplete', paidThrough: null }, before)).toBeNull();
    expect(planAt(undefined, before)).toBeNull();
  });

  it('is the default plan from the very instant of a scheduled end, even when its record comes late', () => {
    expect(planAt({ ...seen, cancelAt: end }, before)).toBe('pro');
    expect(planAt({ ...seen, cancelAt: end }, end)).toBeNull();
  });

  it('is the pending plan from the very instant when the paid time is over', () => {
    expect(planAt({ ...seen, pendingPlan: 'standard' }, before)).toBe('pro');
    expect(planAt({ ...seen, pendingPlan: 'standard' }, end)).toBe('standard');
  });
});
