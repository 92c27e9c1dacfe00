import { storableJson } from './storable-json';

describe('JSON that is to be stored', () => {
  it('loses the characters that Postgres keeps in no text, wherever they stand', () => {
    const given = { 'a\0': ['b\0c', { d: 'half \ud83d of a pair' }], e: 1, f: null, g: true };
    expect(storableJson(given)).toEqual({
      'a\ufffd': ['b\ufffdc', { d: 'half \ufffd of a pair' }],
      e: 1,
      f: null,
      g: true,
    });
  });

  it('keeps everything else as it is', () => {
    const given = { text: 'a whole pair 😀, a\ttab\nand a line', list: [], nothing: {} };
    expect(storableJson(given)).toEqual(given);
  });
});
