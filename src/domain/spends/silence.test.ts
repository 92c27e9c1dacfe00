import type { Duration } from '../durations';
import type { Instant } from '../instants';
import { isAway, silentAt } from './silence';

const at = (clock: string) => `2026-05-01T${clock}.000Z` as Instant;
const silence = 'PT10M' as Duration;
const work = { createdAt: at('10:00:00'), heardAt: null, silence };

describe('the silence of external work', () => {
  it('counts from its begin, and from when it was last heard of', () => {
    expect(silentAt(work, undefined, at('10:05:00'))).toBe(at('10:10:00'));
    expect(silentAt({ ...work, heardAt: at('10:07:00') }, undefined, at('10:10:00'))).toBe(at('10:17:00'));
    expect(silentAt({ ...work, silence: null }, undefined, at('10:10:00'))).toBeNull();
  });

  it('counts anew from the return of the API, and not while it is away', () => {
    const back = { upSince: at('10:09:00'), seenAt: at('10:10:00') };
    expect(silentAt(work, back, at('10:10:00'))).toBe(at('10:19:00'));
    const gone = { upSince: at('09:00:00'), seenAt: at('10:02:00') };
    expect(silentAt(work, gone, at('10:10:00'))).toBe(at('10:20:00'));
    const there = { upSince: at('09:00:00'), seenAt: at('10:09:58') };
    expect(silentAt(work, there, at('10:10:00'))).toBe(at('10:10:00'));
  });

  it('takes a short pause for none', () => {
    const seen = { upSince: at('09:00:00'), seenAt: at('10:00:00') };
    expect(isAway(seen, at('10:00:06'))).toBe(false);
    expect(isAway(seen, at('10:00:07'))).toBe(true);
    expect(isAway(undefined, at('10:00:07'))).toBe(false);
  });
});
