import { runsOf, wordsOfStarted } from './began-before';

const request = (input: object) => ({ action: 'anything', input: { ...input } });

describe('a spend that was started', () => {
  it('is of the kind and has the words that it was started with', () => {
    const started = { request: request({ modelId: 'mdl_1' }), runs: 'external', words: 'A film' } as const;
    expect([runsOf(started), wordsOfStarted(started)]).toEqual(['external', 'A film']);
  });

  it.each([
    [{ modelId: 'mdl_1', prompt: 'x', count: 2 }, 'provider', '2 images'],
    [{ name: 'x', visibility: 'public', uploadIds: [] }, 'provider', 'Training of a model'],
    [{ imageId: 'img_1' }, 'nothing', 'Licence to image img_1'],
  ])('is told by its input where an earlier release did not say the kind: %j', (input, runs, words) => {
    const started = { request: request(input) };
    expect([runsOf(started), wordsOfStarted(started)]).toEqual([runs, words]);
  });
});
