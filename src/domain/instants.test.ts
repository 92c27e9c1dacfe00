import { parseInstant } from './instants';

describe('an instant', () => {
  it('is read from ISO 8601 with an offset, or from a day of UTC', () => {
    expect(
      ['2028-02-29', '2026-01-31T10:00Z', '2026-01-31T10:00:00.5+02:00', '2026-12-31T24:00:00Z'].map(
        parseInstant,
      ),
    ).toEqual([
      '2028-02-29T00:00:00.000Z',
      '2026-01-31T10:00:00.000Z',
      '2026-01-31T08:00:00.500Z',
      '2027-01-01T00:00:00.000Z',
    ]);
  });

  it('is not what no clock or calendar shows', () => {
    const wrong = [
      '2026-02-29',
      '2026-04-31T00:00:00Z',
      '2026-02-30T10:00:00+01:00',
      '2026-13-01',
      '2026-01-01T25:00:00Z',
      '2026-01-01T00:00:00',
      '31.01.2026',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-10:00',
      '',
    ];
    expect(wrong.filter((text) => parseInstant(text) !== undefined)).toEqual([]);
  });
});
