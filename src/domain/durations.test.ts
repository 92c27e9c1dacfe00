import { parseDuration, plus, type Duration } from './durations';
import type { Instant } from './instants';

describe('a duration', () => {
  it.each([
    ['2026-01-31T10:00:00.000Z', 'P1M', '2026-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 'P1M', '2028-02-29T10:00:00.000Z'],
    ['2026-12-15T00:00:00.001Z', 'P1Y2M', '2028-02-15T00:00:00.001Z'],
    ['2026-01-31T10:00:00.000Z', 'P1MT1H', '2026-02-28T11:00:00.000Z'],
    ['2026-03-01T00:00:00.000Z', 'P2W1DT30M1.5S', '2026-03-16T00:30:01.500Z'],
    ['2026-03-01T00:00:00.000Z', 'PT0S', '2026-03-01T00:00:00.000Z'],
  ])('after %s, %s long, ends at %s', (at, duration, end) => {
    expect(plus(at as Instant, duration as Duration)).toBe(end);
  });

  it.each(['', 'P', 'PT', '1M', 'P1H', 'PT1D', 'P-1M', 'P1.5M', 'P101Y', 'P99999999999D', 'p1m', 'P1M '])(
    'is not %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
