import { diffValues } from './diff-values';

describe('the difference of two catalogs', () => {
  it('names each path with its old and its new value', () => {
    const before = { version: 'a', plans: { pro: { credits: 1000 } }, packs: [{ id: 'x' }, { id: 'y' }] };
    const after = { version: 'b', plans: { pro: { credits: 1000, name: 'Pro' } }, packs: [{ id: 'x' }] };
    expect(diffValues(before, after)).toEqual([
      '- packs.1.id: "y"',
      '+ plans.pro.name: "Pro"',
      '- version: "a"',
      '+ version: "b"',
    ]);
  });

  it('says nothing about equal values, whatever the order of their members', () => {
    expect(diffValues({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  });
});
