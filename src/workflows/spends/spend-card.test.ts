import type { Instant } from '../../domain/instants';
import { spendCard, type SpendStanding } from './spend-card';

const input = {
  spendId: 'spd_1',
  customerId: 'cus_1',
  request: { action: 'generate_images', input: { modelId: 'mdl_1', prompt: 'a secret', count: 2 } },
  fingerprint: '',
} as const;
const deadlineAt = '2026-01-31T10:00:00.000Z' as Instant;
const working = { at: 'working', held: 2, deadlineAt } as const;
const nothing = { stop: false, givenUp: null };

describe('the card of a spend', () => {
  it('says what is asked for by whom, and nothing that they wrote', () => {
    expect(card(working)).toContain('**2 images** for cus_1, spend spd_1.');
    expect(card(working, nothing, 'ada')).toContain('for cus_1 (your “ada”), spend');
    expect(card(working)).not.toContain('secret');
  });

  it('says how much is held, until when, and where to read what the work waits for', () => {
    expect(card(working)).toContain('2 credits are held. The work goes on until 2026-01-31T10:00:00.000Z');
    expect(card(working)).toContain('heartbeat details of the pending activity `runJob`');
    expect(card({ ...working, held: 1 })).toContain('1 credit is held.');
    expect(card({ ...working, held: null })).toContain('Its credits are held.');
  });

  it('says of external work how long it is waited for, and where its heartbeats are', () => {
    const waiting = {
      at: 'waiting',
      held: 2,
      deadlineAt,
      silentAt: '2026-01-31T09:10:00.000Z' as Instant,
    } as const;
    expect(card(waiting)).toContain(
      `2 credits are held. The integrator does the work and says how it ended; until ${deadlineAt}`,
    );
    expect(card(waiting)).toContain('If nothing is heard of it until 2026-01-31T09:10:00.000Z');
    expect(card({ ...waiting, silentAt: null })).toContain('Heartbeats are not asked for.');
    expect(card({ at: 'closing', why: 'report' })).toContain('The work has ended: report.');
    const credits = { held: 2, captured: 1, released: 1 };
    const ended = { at: 'ended', status: 'failed', credits, failure: { code: 'lost', detail: '' } } as const;
    expect(card({ ...ended, note: 'Reported by the integrator (rpt_1).' })).toContain(
      '**failed**: lost; 2 held, 1 captured, 1 released. Reported by the integrator (rpt_1).',
    );
  });

  it('says who wants it to end, and what ends it when the provider is dead', () => {
    expect(card(working, { stop: true, givenUp: null })).toMatch(/\*\*Asked to stop\*\*.*`giveUp`/s);
    const givenUp = card(working, { stop: true, givenUp: 'it burns' });
    expect(givenUp).toContain('**Given up** by an operator: it burns');
    expect(givenUp).not.toContain('Asked to stop');
  });

  it.each([
    [
      { status: 'failed', failure: { code: 'provider_error', detail: 'It broke.' } },
      '**failed**: provider_error, It broke; 2 held, 0 captured, 2 released.',
    ],
    [{ status: 'succeeded', failure: null }, '**succeeded**; 2 held, 0 captured, 2 released.'],
    [{ status: 'canceled', failure: null }, '**canceled**; 2 held, 0 captured, 2 released.'],
  ])('says how it ended, and what became of the credits (%j)', (how, words) => {
    expect(card({ at: 'ended', ...how, credits: { held: 2, captured: 0, released: 2 } })).toContain(words);
  });

  it('says why it was refused, and how one ended whose credits an older release did not tell', () => {
    expect(card({ at: 'refused', code: 'plan_required', message: 'Training needs a paid plan.' })).toContain(
      '**refused**: plan_required. Training needs a paid plan. Nothing was held.',
    );
    expect(card({ at: 'ended', status: 'succeeded', credits: null, failure: null })).toContain(
      '**succeeded**.',
    );
  });
});

function card(
  standing: SpendStanding,
  wish = nothing as { stop: boolean; givenUp: string | null },
  externalId?: string,
) {
  return spendCard(input, standing, { wish, externalId });
}
