import {
  at,
  DAY,
  month,
  opening,
  passes,
  paid,
  play,
  plus as later,
  TERMS,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import { credits } from '../credits';
import { parseDuration } from '../durations';
import type { Instant } from '../instants';
import type { PaidInterval } from './paid-cycles';
import { planGrantsOf, sharesOf, type SoldGrant } from './plan-grants';
import { openSubscription, viewOf } from './subscription';

const anchor = at('2026-11-10T09:00:00Z');
const LIVES_A_MONTH = parseDuration('P1M') ?? null;

const basic: SoldGrant = { id: 'basic', credits: credits(300), expires: null, upTo: null };
const fresh: SoldGrant = { id: 'fresh', credits: credits(200), expires: LIVES_A_MONTH, upTo: credits(250) };
const bonus: SoldGrant = { id: 'bonus', credits: credits(50), expires: LIVES_A_MONTH, upTo: null };
const several = { grants: [basic, fresh], once: [bonus] };

describe('a plan with several grants', () => {
  it('grants all of them every cycle, the first under the key of the cycle and the others with their ids', () => {
    const { grants } = play([paid(month(anchor, 0, several)), paid(month(anchor, 1, several))]);
    const second = cycleStart(anchor, 1);
    expect(grants).toMatchObject([
      { key: `cycle:sub_1:0:${anchor}`, grant: 'basic', credits: 300, cost: usd(1_500) },
      {
        key: `cycle:sub_1:0:${anchor}:fresh`,
        grant: 'fresh',
        credits: 200,
        cost: usd(1_000),
        expiresAt: second,
        upTo: 250,
      },
      {
        key: 'once:cus_1:bonus',
        grant: 'bonus',
        credits: 50,
        cost: usd(0),
        paymentId: null,
        expiresAt: second,
      },
      { key: `cycle:sub_1:0:${second}`, grant: 'basic' },
      { key: `cycle:sub_1:0:${second}:fresh`, grant: 'fresh', expiresAt: cycleStart(anchor, 2) },
    ]);
    expect(grants[0]).not.toHaveProperty('expiresAt');
  });

  it('says together what comes next', () => {
    const { state } = play([paid(month(anchor, 0, several)), paid(month(anchor, 1, several), anchor)]);
    expect(viewOf(state).nextGrant).toEqual({ at: cycleStart(anchor, 1), credits: 500 });
  });

  it('grants once for ever what another plan of the subscription would bring again', () => {
    const upgrade = month(anchor, 0, {
      ...several,
      paymentId: 'in_up',
      plan: 'pro',
      start: later(anchor, DAY),
    });
    const { grants } = play([
      paid(month(anchor, 0, several)),
      paid({ ...upgrade, beginsEra: true, paidAt: upgrade.start }),
    ]);
    expect(grants.filter(({ grant }) => grant === 'bonus')).toHaveLength(1);
  });

  it('shares what was paid among its grants by their credits, and exactly', () => {
    const shares = sharesOf(usd(1_000), [
      { credits: credits(1) },
      { credits: credits(1) },
      { credits: credits(1) },
    ]);
    expect(shares.map(({ amountMinor }) => amountMinor)).toEqual([333, 333, 334]);
  });

  it('is sold several times over, limits included, but for what comes once', () => {
    const plan = {
      id: 'team',
      name: 'Team',
      rank: 1,
      sold: 'checkout',
      prices: {},
      grants: [
        { ...basic, every: 'month' },
        { ...fresh, every: 'month' },
        { ...bonus, every: 'once' },
      ],
      rights: {},
      minimumCredits: null,
    } as const;
    expect(planGrantsOf(plan, 2)).toEqual({
      credits: 1_000,
      grants: [
        { ...basic, credits: 600 },
        { ...fresh, credits: 400, upTo: 500 },
      ],
      once: [bonus],
    });
    expect(planGrantsOf({ ...plan, grants: [{ ...basic, every: 'month' }] })).toEqual({ credits: 300 });
  });
});

describe('a plan that is sold with a trial', () => {
  const end = later(anchor, 14 * DAY);
  const waiting = openSubscription({
    ...opening(),
    trialDays: 14,
    at: anchor,
  });
  const trial = month(anchor, 0, { paymentId: 'in_trial', end, paid: usd(0), trial: true });
  const renewal: PaidInterval = month(end, 0, { paymentId: 'in_first', beginsEra: false });
  const begun = play([paid(trial)], waiting);

  it('is granted as paid, for nothing, and ends where Stripe bills', () => {
    expect(begun.grants).toMatchObject([
      { credits: 500, cost: usd(0), paymentId: 'in_trial', period: { start: anchor, end } },
    ]);
    expect(viewOf(begun.state)).toMatchObject({
      status: 'active',
      currentPeriod: { start: anchor, end },
      paidThrough: end,
      nextGrant: { at: end, credits: 500 },
    });
  });

  it('goes on with a period of its own when it is paid', () => {
    const { state, grants } = play([paid(renewal)], begun.state);
    expect(grants).toMatchObject([{ key: `cycle:sub_1:1:${end}`, cost: usd(2_500) }]);
    expect(viewOf(state).currentPeriod).toEqual({ start: end, end: cycleStart(end, 1) });
  });

  it('is past due when it is not paid', () => {
    const unpaid = play([{ type: 'payment_failed', at: later(end, DAY), periodStart: end }], begun.state);
    expect(viewOf(unpaid.state).status).toBe('past_due');
    expect(unpaid.grants).toEqual([]);
  });

  it.each<[string, (trialEnd: Instant) => readonly Parameters<typeof play>[0][number][]]>([
    [
      'was ended',
      () => [
        {
          type: 'subscription_changed',
          at: later(anchor, DAY),
          cancelAt: null,
          endedAt: later(anchor, DAY),
          endReason: null,
        },
      ],
    ],
    [
      'was followed by what is paid',
      () => [paid({ ...renewal, start: later(anchor, DAY), beginsEra: true })],
    ],
  ])('gives nothing after it %s', (_, steps) => {
    const long = month(anchor, 0, {
      paymentId: 'in_trial',
      end: later(anchor, 45 * DAY),
      paid: usd(0),
      trial: true,
    });
    const { grants } = play([paid(long), ...steps(long.end), passes(later(anchor, 60 * DAY))], waiting);
    expect(grants.filter(({ paymentId }) => paymentId === 'in_trial')).toHaveLength(1);
  });

  it('gives every month of a longer one', () => {
    const long = month(anchor, 0, {
      paymentId: 'in_trial',
      end: later(anchor, 45 * DAY),
      paid: usd(0),
      trial: true,
    });
    expect(play([paid(long), passes(later(anchor, 60 * DAY))], waiting).grants).toHaveLength(2);
  });

  it('changes to another plan when it ends, be it a higher one', () => {
    const change = {
      type: 'change_plan',
      at: later(anchor, DAY),
      commandId: 'c1',
      plan: 'pro',
      terms: TERMS,
    } as const;
    const { calls, state } = play([change, { type: 'command_done', at: change.at, commandId: 'c1' }], {
      ...begun.state,
      stripeSubscriptionId: 'sub_stripe',
    });
    expect(calls).toMatchObject([{ type: 'change_price', plan: 'pro' }]);
    expect(viewOf(state)).toMatchObject({
      plan: 'standard',
      pendingPlan: 'pro',
      nextGrant: { at: end, credits: 1_000 },
    });
  });
});
