import fc from 'fast-check';
import { fingerprintOf } from './fingerprint';

describe('the fingerprint of a request', () => {
  it('does not depend on the order of members or on undefined ones', () => {
    expect(fingerprintOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(
      fingerprintOf({ b: { d: null, c: [1, 2], e: undefined }, a: 1 }),
    );
  });

  it('depends on everything else', () => {
    const values = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: null },
      {},
      [],
      null,
      [[1], 2],
      [1, [2]],
      { b: 1 },
    ];
    expect(new Set(values.map(fingerprintOf)).size).toBe(values.length);
  });

  it('is equal exactly for equal JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const copy: unknown = JSON.parse(JSON.stringify(one));
        expect(fingerprintOf(copy)).toBe(fingerprintOf(one));
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(fingerprintOf(one) === fingerprintOf(other)).toBe(same);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // The wrapping object keeps an empty object apart from an empty list, and a list that looks like members from members.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([key, member]) => [key, sorted(member)]) };
}
