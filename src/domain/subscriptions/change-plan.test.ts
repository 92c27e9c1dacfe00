import { changePlan, done, failed } from '../../../tests/support/subscription-commands';
import {
  at,
  DAY,
  HOUR,
  month,
  paid,
  passes,
  play,
  plus,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import type { Instant } from '../instants';
import type { PaidInterval } from './paid-cycles';
import { step, viewOf, type SubscriptionStep } from './subscription';

const anchor = at('2027-01-10T00:00:00Z');
const renewal = cycleStart(anchor, 1);
const paidOnce = play([paid(month(anchor, 0))]).state;
const pro: Partial<PaidInterval> = { plan: 'pro', creditsPerCycle: credits(1_000), paid: usd(4_500) };

describe('an upgrade', () => {
  const upgradeAt = at('2027-01-20T12:00:00Z');

  it('asks Stripe for a new period first and for the end of the old invoices when it is paid', () => {
    const { calls, answers, state } = play([changePlan(upgradeAt, 'pro')], paidOnce);
    expect(calls.map((call) => call.type)).toEqual(['upgrade', 'void_open_invoices']);
    expect(answers).toEqual([]);
    expect(viewOf(state).plan).toBe('standard');
  });

  it('grants in full under a new anchor when its invoice is paid, and leaves what is left', () => {
    const { state, grants, answers } = play(
      [changePlan(upgradeAt, 'pro'), ...upgradePaid(upgradeAt)],
      paidOnce,
    );
    expect(grants).toMatchObject([{ key: `cycle:sub_1:1:${upgradeAt}`, credits: 1_000, plan: 'pro' }]);
    expect(answers).toEqual([{ commandId: 'c1', outcome: 'done' }]);
    expect(viewOf(state)).toMatchObject({ plan: 'pro', pendingPlan: null, anchorAt: upgradeAt, cycle: 0 });
  });

  it('that the bank declines changes nothing and is answered payment_failed', () => {
    const { state, answers, grants } = play(
      [changePlan(upgradeAt, 'pro'), failed(upgradeAt, 'c1')],
      paidOnce,
    );
    expect(answers).toMatchObject([{ outcome: 'refused', code: 'payment_failed' }]);
    expect(grants).toEqual([]);
    expect(viewOf(state)).toEqual(viewOf(step(paidOnce, passes(upgradeAt)).state));
  });

  it('on the last second of a period is granted once and leaves no renewal of the old one', () => {
    const last = plus(renewal, -1_000);
    const { state, grants } = play(
      [changePlan(last, 'pro'), ...upgradePaid(last), passes(plus(renewal, DAY))],
      paidOnce,
    );
    expect(grants.map((grant) => grant.credits)).toEqual([1_000]);
    expect(viewOf(state)).toMatchObject({ status: 'active', paidThrough: cycleStart(last, 1) });
  });

  it('within the second of the first payment is granted too', () => {
    const { grants } = play(
      [changePlan(anchor, 'pro'), ...upgradePaid(anchor), paid(month(anchor, 0))],
      paidOnce,
    );
    expect(grants.map((grant) => grant.key)).toEqual([`cycle:sub_1:1:${anchor}`]);
  });

  it('in the second of a renewal that was paid leaves the renewal its own cycle', () => {
    const steps = [changePlan(renewal, 'pro'), ...upgradePaid(renewal), paid(month(anchor, 1))];
    const { grants } = play(steps, paidOnce);
    expect(grants.map((grant) => grant.key)).toEqual([
      `cycle:sub_1:1:${renewal}`,
      `cycle:sub_1:0:${renewal}`,
    ]);
  });

  it('recovers a subscription that is past due', () => {
    const late = plus(renewal, DAY);
    const { state } = play([passes(late), changePlan(late, 'pro'), ...upgradePaid(late)], paidOnce);
    expect(viewOf(state)).toMatchObject({ status: 'active', plan: 'pro', anchorAt: late });
  });

  it('still gives the grant of an old invoice that gets paid all the same', () => {
    const draftHour = plus(renewal, HOUR / 2);
    const { grants } = play(
      [changePlan(draftHour, 'pro'), ...upgradePaid(draftHour), paid(month(anchor, 1), plus(renewal, HOUR))],
      paidOnce,
    );
    expect(grants.map((grant) => [grant.era, grant.credits])).toEqual([
      [1, 1_000],
      [0, 500],
    ]);
  });

  it('of a subscription that is paid by invoice is refused, as nothing can be charged at once', () => {
    const byInvoice = { ...paidOnce, collection: 'invoice' } as const;
    expect(play([changePlan(upgradeAt, 'pro')], byInvoice).answers).toMatchObject([
      { code: 'state_conflict' },
    ]);
  });

  it('to a plan by contract is refused', () => {
    expect(play([changePlan(upgradeAt, 'custom')], paidOnce).answers).toMatchObject([
      { outcome: 'refused', code: 'contract_required' },
    ]);
  });
});

describe('a downgrade', () => {
  const onPro = play([paid(month(anchor, 0, pro))]).state;
  const asked = at('2027-01-20T00:00:00Z');
  const ordered = play([changePlan(asked, 'standard'), done(asked, 'c1')], onPro);

  it('changes the price at Stripe at once, and plan, rights and credits when the paid time ends', () => {
    expect(ordered.calls.map((call) => call.type)).toEqual(['change_price']);
    expect(viewOf(ordered.state)).toMatchObject({
      plan: 'pro',
      pendingPlan: 'standard',
      nextGrant: { at: renewal, credits: 500 },
    });
    const { state, grants } = play([paid(month(anchor, 1))], ordered.state);
    expect(grants.map((grant) => grant.credits)).toEqual([500]);
    expect(viewOf(state)).toMatchObject({ plan: 'standard', pendingPlan: null });
  });

  it('takes effect at the end of the paid time, whether or not the renewal is paid', () => {
    const { state } = play([passes(plus(renewal, DAY))], ordered.state);
    expect(viewOf(state)).toMatchObject({ status: 'past_due', plan: 'standard', pendingPlan: null });
  });

  it('is taken back by changing back, which grants nothing', () => {
    const back = play([changePlan(asked, 'pro', 'c2'), done(asked, 'c2')], ordered.state);
    expect(back.calls.map((call) => call.type)).toEqual(['change_price']);
    expect(back.grants).toEqual([]);
    expect(viewOf(back.state)).toMatchObject({ plan: 'pro', pendingPlan: null });
  });

  it('in the draft hour leaves the period to the old plan that its invoice was made for', () => {
    const draftHour = plus(renewal, HOUR / 2);
    const { state } = play(
      [
        changePlan(draftHour, 'standard'),
        done(draftHour, 'c1'),
        paid(month(anchor, 1, { ...pro, paidAt: plus(renewal, HOUR) })),
      ],
      onPro,
    );
    expect(viewOf(state)).toMatchObject({ plan: 'pro', pendingPlan: 'standard' });
  });

  it('to the plan that is ordered already is refused', () => {
    expect(play([changePlan(asked, 'standard', 'c2')], ordered.state).answers).toMatchObject([
      { outcome: 'refused', code: 'state_conflict' },
    ]);
  });
});

function upgradePaid(instant: Instant): SubscriptionStep[] {
  return [paid({ ...month(instant, 0), paymentId: 'in_upgrade', ...pro }), done(instant, 'c1')];
}
