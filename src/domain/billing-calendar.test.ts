import * as fc from 'fast-check';
import { cycleIndexAt, cyclePeriod, cycleStart } from './billing-calendar';
import { epochMsOf, instantOf, type Instant } from './instants';

const instants = fc
  .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31) })
  .map((epochMs) => instantOf(epochMs));

describe('the billing calendar', () => {
  it('clamps the 31st to the end of each month and comes back to it', () => {
    const anchor = '2027-12-31T18:30:00.000Z' as Instant;
    const starts = [0, 1, 2, 3, 4].map((index) => cycleStart(anchor, index).slice(0, 16));
    expect(starts).toEqual([
      '2027-12-31T18:30',
      '2028-01-31T18:30',
      '2028-02-29T18:30',
      '2028-03-31T18:30',
      '2028-04-30T18:30',
    ]);
  });

  it('keeps 29 February as the anchor of a yearly return', () => {
    const anchor = '2028-02-29T00:00:00.000Z' as Instant;
    expect(cycleStart(anchor, 12)).toBe('2029-02-28T00:00:00.000Z');
    expect(cycleStart(anchor, 48)).toBe('2032-02-29T00:00:00.000Z');
  });

  it('keeps the time of day, also before 1970', () => {
    const anchor = '1969-11-30T23:59:59.999Z' as Instant;
    expect(cycleStart(anchor, 3)).toBe('1970-02-28T23:59:59.999Z');
    expect(cycleStart('1969-05-31T07:00:00.000Z' as Instant, 1)).toBe('1969-06-30T07:00:00.000Z');
  });

  it('leaves no gap and no overlap between cycles, and finds the cycle of every instant', () => {
    fc.assert(
      fc.property(instants, instants, (anchor, at) => {
        const index = cycleIndexAt(anchor, at);
        const period = cyclePeriod(anchor, index);
        expect(period.start <= at && at < period.end).toBe(true);
        expect(cyclePeriod(anchor, index + 1).start).toBe(period.end);
      }),
    );
  });

  it('never drifts: cycle n starts in the n-th month after the anchor', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 240 }), (anchor, index) => {
        const from = new Date(epochMsOf(anchor));
        const start = new Date(epochMsOf(cycleStart(anchor, index)));
        const months =
          (start.getUTCFullYear() - from.getUTCFullYear()) * 12 + start.getUTCMonth() - from.getUTCMonth();
        expect(months).toBe(index);
        expect(start.getUTCDate()).toBeLessThanOrEqual(from.getUTCDate());
      }),
    );
  });
});
