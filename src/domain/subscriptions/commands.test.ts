import {
  cancel,
  changePlan,
  done,
  failed,
  pause,
  resume,
} from '../../../tests/support/subscription-commands';
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
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { isFinished, nextChangeAt, viewOf, type SubscriptionState } from './subscription';

const anchor = at('2027-01-10T00:00:00Z');
const renewal = cycleStart(anchor, 1);
const paidOnce = play([paid(month(anchor, 0))]).state;

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

  it('that Stripe refuses is answered so, changes nothing, and leaves room for the next', () => {
    const instant = at('2027-01-20T00:00:00Z');
    const refusal = { code: 'state_conflict', message: 'It has ended there.' } as const;
    const { state, answers } = play(
      [pause(instant), { type: 'command_failed', at: instant, commandId: 'p1', ...refusal }],
      paidOnce,
    );
    expect(answers).toEqual([{ commandId: 'p1', outcome: 'refused', ...refusal }]);
    expect(viewOf(state)).toEqual(viewOf(play([passes(instant)], paidOnce).state));
    expect(play([cancel(instant)], state).calls).not.toEqual([]);
  });

  it('that comes while another is carried out is refused', () => {
    const instant = at('2027-01-20T00:00:00Z');
    const { answers } = play([cancel(instant), pause(instant)], paidOnce);
    expect(answers).toMatchObject([{ commandId: 'p1', outcome: 'refused', code: 'state_conflict' }]);
  });
});
