import {
  at,
  DAY,
  month,
  paid,
  passes,
  play,
  plus,
  TERMS,
  usd,
} from '../../../tests/support/subscription-play';
import { cycleStart } from '../billing-calendar';
import type { Rights } from '../catalog/catalog';
import { credits } from '../credits';
import type { SubscriptionCommand } from './inputs';
import { previewOf, type Preview } from './preview';
import { rightsLost } from './rights';
import type { SubscriptionState } from './subscription';

const anchor = at('2027-01-10T00:00:00Z');
const renewal = cycleStart(anchor, 1);
const now = at('2027-01-20T00:00:00Z');
const onStandard = play([paid(month(anchor, 0))]).state;
const onPro = play([
  paid(month(anchor, 0, { plan: 'pro', creditsPerCycle: credits(1_000), paid: usd(4_500) })),
]).state;

describe('a preview', () => {
  it('of an upgrade names the full price and grant, and the paid time that is given up', () => {
    expect(preview(onStandard, changePlan('pro'))).toEqual({
      effectiveAt: now,
      charged: usd(4_500),
      granted: 1_000,
      lost: { credits: 0, paidTime: { start: now, end: renewal } },
      planBefore: 'standard',
      planAfter: 'pro',
      nextGrant: { at: cycleStart(now, 1), credits: 1_000 },
      nextCharge: { at: cycleStart(now, 1), price: usd(4_500) },
    });
  });

  it('of a downgrade names the end of the paid time and the smaller renewal', () => {
    expect(preview(onPro, changePlan('standard'))).toMatchObject({
      effectiveAt: renewal,
      charged: null,
      granted: 0,
      lost: { credits: 0, paidTime: null },
      planBefore: 'pro',
      planAfter: 'standard',
      nextCharge: { at: renewal, price: usd(2_500) },
    });
  });

  it('of a cancel keeps the credits and names the day when the rights end', () => {
    const cancel = { type: 'cancel', at: now, commandId: 'c1' } as const;
    expect(preview(onStandard, { ...cancel, when: 'period_end' })).toMatchObject({
      effectiveAt: renewal,
      lost: { credits: 0, paidTime: null },
      planAfter: null,
      nextGrant: null,
      nextCharge: null,
    });
    expect(preview(onStandard, { ...cancel, when: 'now' })).toMatchObject({
      effectiveAt: now,
      lost: { paidTime: { start: now, end: renewal } },
      planAfter: null,
    });
  });

  it('of a resume after the paid time is over names what the new period costs and grants', () => {
    const paused = play(
      [
        { type: 'pause', at: now, commandId: 'p1' },
        { type: 'command_done', at: now, commandId: 'p1' },
      ],
      onStandard,
    ).state;
    const later = plus(renewal, DAY);
    expect(preview(paused, { type: 'resume', at: later, commandId: 'c1' })).toMatchObject({
      charged: usd(2_500),
      granted: 500,
      planBefore: null,
      planAfter: 'standard',
    });
  });

  it('of a move to another catalog version names the new price from the next period on', () => {
    const terms = TERMS.map((one) => ({ ...one, price: usd(2_900) }));
    const migrate = {
      type: 'migrate',
      at: now,
      commandId: 'c1',
      catalogVersion: 'later',
      graceMs: 0,
      terms,
    } as const;
    expect(previewOf(onStandard, migrate, terms)).toMatchObject({
      outcome: 'possible',
      preview: {
        effectiveAt: renewal,
        charged: null,
        granted: 0,
        nextCharge: { at: renewal, price: usd(2_900) },
      },
    });
    const { state } = play(
      [migrate, { type: 'command_done', at: now, commandId: 'c1' }, passes(now)],
      onStandard,
    );
    expect(state).toMatchObject({ catalogVersion: 'later', graceMs: 0 });
  });

  it('refuses what the command would refuse, and changes nothing', () => {
    expect(previewOf(onStandard, changePlan('standard'), TERMS)).toMatchObject({
      outcome: 'refused',
      code: 'state_conflict',
    });
  });

  it('can name the rights that are lost', () => {
    const pro: Rights = {
      privateWork: true,
      commercialUse: true,
      watermark: false,
      train: true,
      license: true,
      addOns: true,
    };
    const free: Rights = { ...pro, privateWork: false, commercialUse: false, watermark: true, train: false };
    expect(rightsLost(pro, { ...pro, commercialUse: false })).toEqual(['commercialUse']);
    expect(rightsLost(pro, free)).toEqual(['privateWork', 'commercialUse', 'watermark', 'train']);
    expect(rightsLost(free, pro)).toEqual([]);
  });
});

function preview(state: SubscriptionState, command: SubscriptionCommand): Preview {
  const answer = previewOf(state, command, TERMS);
  if (answer.outcome === 'refused') throw new Error(answer.message);
  return answer.preview;
}

function changePlan(plan: 'standard' | 'pro'): SubscriptionCommand {
  return { type: 'change_plan', at: now, commandId: 'c1', plan, terms: TERMS };
}
