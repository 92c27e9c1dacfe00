import { credits } from '../credits';
import { parseDuration } from '../durations';
import { parseInstant, type Instant } from '../instants';
import type { Grant } from './catalog';
import { allowancesDue, creditsToBring, expiryOf } from './grants';

const grant = (changes: Partial<Grant>): Grant => ({
  id: 'daily',
  credits: credits(5),
  every: 'day',
  expires: null,
  upTo: null,
  ...changes,
});
const at = (text: string): Instant => parseInstant(text)!;

describe('a grant of a plan', () => {
  it.each([
    ['the first instant of a day', '2026-11-24T00:00:00Z', '2026-11-24', '2026-11-23'],
    ['the last of a Sunday', '2026-11-29T23:59:59.999Z', '2026-11-29', '2026-11-23'],
    ['a Monday', '2026-11-30T00:00:00Z', '2026-11-30', '2026-11-30'],
    ['a week over the turn of the year', '2027-01-01T12:00:00+14:00', '2026-12-31', '2026-12-28'],
  ])('by day and by week is counted in UTC from Monday: %s', (_, instant, day, monday) => {
    const grants = [grant({}), grant({ id: 'weekly', every: 'week' }), grant({ id: 'paid', every: 'month' })];
    expect(allowancesDue(grants, at(instant)).map((due) => [due.grant.id, due.day])).toEqual([
      ['daily', day],
      ['weekly', monday],
    ]);
  });

  it.each([
    ['everything without a limit', null, 100, 5],
    ['everything when nothing is left', 5, 0, 5],
    ['what is missing', 5, 3, 2],
    ['nothing above the limit', 5, 7, 0],
    ['no more than it is', 20, 3, 5],
  ])('brings %s', (_, upTo, left, brings) => {
    expect(creditsToBring(grant({ upTo: upTo === null ? null : credits(upTo) }), left)).toBe(brings);
  });

  it('expires a duration after it was given, or never', () => {
    const given = at('2026-01-31T10:00:00Z');
    expect(expiryOf(grant({}), given)).toBeNull();
    expect(expiryOf(grant({ expires: parseDuration('P1M')! }), given)).toBe('2026-02-28T10:00:00.000Z');
  });
});
