import { deriveId, newId } from './ids';

describe('ids', () => {
  it('have the prefix and 26 characters without those that are misread', () => {
    for (const id of [newId('cus'), deriveId('spd', 'cus_1', 'key')]) {
      expect(id).toMatch(/^(cus|spd)_[0-9a-hjkmnp-tv-z]{26}$/);
    }
  });

  it('are new each time, or the same for the same parts', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newId('req'))).size).toBe(1000);
    expect(deriveId('img', 'spd_1', 0)).toBe(deriveId('img', 'spd_1', 0));
  });

  it('tell parts apart that would look alike when joined, and prefixes', () => {
    const ids = [deriveId('spd', 'ab', 'c'), deriveId('spd', 'a', 'bc'), deriveId('hld', 'ab', 'c')];
    expect(new Set(ids).size).toBe(3);
    expect(deriveId('img', 'a', 1)).not.toBe(deriveId('img', 'a', '1'));
  });

  it('sort by the millisecond in which they were made', () => {
    jest.useFakeTimers({ now: 1_700_000_000_000 });
    const first = newId('cus');
    jest.setSystemTime(1_700_000_000_001);
    const second = newId('cus');
    jest.useRealTimers();
    expect(second > first).toBe(true);
  });
});
