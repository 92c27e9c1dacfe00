import {
  at,
  DAY,
  HOUR,
  month,
  opened,
  paid,
  passes,
  play,
  plus,
  range,
  TERMS,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import type { Instant } from '../instants';
import type { PaidInterval } from '../paid-cycles';
import {
  isFinished,
  nextChangeAt,
  step,
  viewOf,
  type SubscriptionState,
  type SubscriptionStep,
} from '../subscription';
import type { SubscriptionCommand } from './inputs';

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

describe('a cancel', () => {
  const asked = at('2027-01-20T00:00:00Z');

  it('ends the subscription where its paid time ends', () => {
    const { state, calls } = play([cancel(asked), done(asked, 'c1')], paidOnce);
    expect(calls).toMatchObject([{ type: 'schedule_cancel', cancelAt: renewal }]);
    expect(viewOf(state)).toMatchObject({ status: 'active', cancelAt: renewal, nextGrant: null });
    expect(nextChangeAt(state)).toBe(renewal);
    const ended = play([passes(renewal)], state).state;
    expect(viewOf(ended)).toMatchObject({ status: 'canceled', plan: 'standard', cycle: 0 });
    expect(isFinished(ended)).toBe(true);
  });

  it('is undone by a resume before the end', () => {
    const { state, calls } = play(
      [cancel(asked), done(asked, 'c1'), resume(plus(asked, DAY)), done(plus(asked, DAY), 'r1')],
      paidOnce,
    );
    expect(calls.map((call) => call.type)).toEqual(['schedule_cancel', 'unschedule_cancel']);
    expect(viewOf(state)).toMatchObject({ status: 'active', cancelAt: null, nextGrant: { at: renewal } });
  });

  it('cannot be undone after the end', () => {
    const { answers } = play([cancel(asked), done(asked, 'c1'), resume(renewal)], paidOnce);
    expect(answers.at(-1)).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
  });

  it('now ends it at once and voids what is open', () => {
    const { state, calls } = play([cancel(asked, 'now'), done(asked, 'c1')], paidOnce);
    expect(calls.map((call) => call.type)).toEqual(['void_open_invoices', 'cancel_now']);
    expect(viewOf(state).status).toBe('canceled');
  });

  it('of a subscription that has nothing paid any more ends it at once', () => {
    const late = plus(renewal, DAY);
    const { state, calls } = play([cancel(late), done(late, 'c1')], paidOnce);
    expect(calls.map((call) => call.type)).toEqual(['void_open_invoices', 'cancel_now']);
    expect(viewOf(state).status).toBe('canceled');
  });

  it('of a year leaves its monthly grants, which are paid for', () => {
    const year = play([paid({ ...month(anchor, 0), end: cycleStart(anchor, 12) })]).state;
    const { state, grants } = play(
      [
        cancel(asked, 'now'),
        done(asked, 'c1'),
        ...range(14).map((index) => passes(cycleStart(anchor, index))),
      ],
      year,
    );
    expect(grants.map((grant) => grant.cycle)).toEqual(range(12).slice(1));
    expect(isFinished(state)).toBe(true);
  });

  it('of an unpaid checkout closes it', () => {
    const waiting: SubscriptionState = {
      ...opened(),
      checkout: { sessionId: 'cs_1', url: 'https://pay.example', expiresAt: renewal },
    };
    const { state, calls } = play([cancel(asked), done(asked, 'c1')], waiting);
    expect(calls).toMatchObject([{ type: 'expire_checkout', sessionId: 'cs_1' }]);
    expect(viewOf(state).status).toBe('canceled');
  });
});

describe('a pause', () => {
  const pausedAt = at('2027-01-20T00:00:00Z');
  const paused = play([pause(pausedAt), done(pausedAt, 'p1')], paidOnce);

  it('stops charges and grants', () => {
    expect(paused.calls.map((call) => call.type)).toEqual(['void_open_invoices', 'pause']);
    const { state, grants } = play([passes(plus(renewal, 40 * DAY))], paused.state);
    expect(viewOf(state)).toMatchObject({ status: 'paused', nextGrant: null });
    expect(grants).toEqual([]);
  });

  it('that ends within the paid time goes on as before', () => {
    const back = plus(pausedAt, DAY);
    const { state, calls } = play([resume(back), done(back, 'r1')], paused.state);
    expect(calls).toMatchObject([{ type: 'resume', anchor: 'unchanged' }]);
    expect(viewOf(state)).toMatchObject({ status: 'active', anchorAt: anchor, nextGrant: { at: renewal } });
  });

  it('over a renewal ends with a new period that is paid at once', () => {
    const back = plus(renewal, 3 * DAY);
    const { state, calls, grants } = play(
      [resume(back), paid({ ...month(back, 0), paymentId: 'in_resumed' }), done(back, 'r1')],
      paused.state,
    );
    expect(calls).toMatchObject([{ type: 'resume', anchor: 'now' }]);
    expect(grants).toMatchObject([{ key: `cycle:sub_1:1:${back}`, credits: 500 }]);
    expect(viewOf(state)).toMatchObject({ status: 'active', anchorAt: back });
  });

  it('goes on when the new period cannot be paid', () => {
    const back = plus(renewal, 3 * DAY);
    const { state, answers } = play([resume(back), failed(back, 'r1')], paused.state);
    expect(answers.at(-1)).toMatchObject({ outcome: 'refused', code: 'payment_failed' });
    expect(viewOf(state).status).toBe('paused');
  });

  it('holds back the prepaid cycles that fall into it until it ends', () => {
    const year = play([paid({ ...month(anchor, 0), end: cycleStart(anchor, 12) })]).state;
    const back = plus(cycleStart(anchor, 3), DAY);
    const held = play(
      [pause(pausedAt), done(pausedAt, 'p1'), ...range(4).map((index) => passes(cycleStart(anchor, index)))],
      year,
    );
    expect(held.grants).toEqual([]);
    const { grants } = play([resume(back), done(back, 'r1')], held.state);
    expect(grants.map((grant) => [grant.cycle, grant.effectiveAt])).toEqual([
      [1, back],
      [2, back],
      [3, back],
    ]);
  });

  it('cannot be paused again, changed or resumed twice', () => {
    const steps = [pause(pausedAt, 'p2'), changePlan(pausedAt, 'pro', 'c2')];
    expect(play(steps, paused.state).answers.map((answer) => answer.outcome)).toEqual(['refused', 'refused']);
    expect(play([resume(pausedAt)], paidOnce).answers).toMatchObject([{ code: 'state_conflict' }]);
  });
});

describe('a command', () => {
  it('that comes again while its calls are made gives the same calls and one answer', () => {
    const command = cancel(at('2027-01-20T00:00:00Z'));
    const { calls, answers } = play(
      [command, command, done(command.at, 'c1'), done(command.at, 'c1')],
      paidOnce,
    );
    expect(calls[0]).toEqual(calls[1]);
    expect(answers).toHaveLength(1);
  });

  it('that comes again after its answer gets the same one and does nothing', () => {
    const command = cancel(at('2027-01-20T00:00:00Z'), 'now');
    const once = play([command, done(command.at, 'c1')], paidOnce);
    const again = play([{ ...command, at: plus(command.at, DAY) }], once.state);
    expect(again.answers).toEqual(once.answers);
    expect(again.calls).toEqual([]);
  });

  it('that comes while another is carried out is refused', () => {
    const instant = at('2027-01-20T00:00:00Z');
    const { answers } = play([cancel(instant), pause(instant)], paidOnce);
    expect(answers).toMatchObject([{ commandId: 'p1', outcome: 'refused', code: 'state_conflict' }]);
  });
});

function changePlan(
  instant: Instant,
  plan: 'standard' | 'pro' | 'custom',
  commandId = 'c1',
): SubscriptionCommand {
  return { type: 'change_plan', at: instant, commandId, plan, terms: TERMS };
}

function cancel(instant: Instant, when: 'period_end' | 'now' = 'period_end'): SubscriptionCommand {
  return { type: 'cancel', at: instant, commandId: 'c1', when };
}

function pause(instant: Instant, commandId = 'p1'): SubscriptionCommand {
  return { type: 'pause', at: instant, commandId };
}

function resume(instant: Instant): SubscriptionCommand {
  return { type: 'resume', at: instant, commandId: 'r1' };
}

function upgradePaid(instant: Instant): SubscriptionStep[] {
  return [paid({ ...month(instant, 0), paymentId: 'in_upgrade', ...pro }), done(instant, 'c1')];
}

function done(instant: Instant, commandId: string): SubscriptionStep {
  return { type: 'command_done', at: instant, commandId };
}

function failed(instant: Instant, commandId: string): SubscriptionStep {
  return { type: 'command_failed', at: instant, commandId, code: 'payment_failed', message: 'declined' };
}
