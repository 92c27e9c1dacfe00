import { isNestedDeeper } from './json-depth';

const lists = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('how deep JSON is nested', () => {
  it.each([
    [0, 'text', false],
    [0, null, false],
    [0, {}, true],
    [1, {}, false],
    [1, { a: [] }, true],
    [2, { a: [1, 'b', null], b: {} }, false],
    [2, [{ a: { b: 1 } }], true],
    [64, lists(64), false],
    [64, lists(65), true],
    [64, lists(50_000), true],
  ])('at most %i times: %#', (max, value, isDeeper) => {
    expect(isNestedDeeper(value, max)).toBe(isDeeper);
  });
});
