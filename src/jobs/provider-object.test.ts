import { parseJob } from './provider-object';

const answered = (output: unknown) => parseJob('predictions', { id: 'p1', status: 'succeeded', output });

describe('the object of a provider', () => {
  it.each([[['https://p.example/1.png']], [{ text: 'a hill', tokens: 12 }], ['a hill'], [0], [false]])(
    'gives its output as it is: %j',
    (output) => {
      expect(answered(output)?.output).toEqual({ json: output });
    },
  );

  it('gives none where there is none, and none of a training', () => {
    expect(answered(null)?.output).toBeNull();
    expect(answered(undefined)?.output).toBeNull();
    const training = { id: 'p1', status: 'succeeded', output: { version: 'v1' } };
    expect(parseJob('trainings', training)).toMatchObject({ output: null, modelVersion: 'v1' });
  });

  it('only says of an output that is larger than a spend keeps that it is', () => {
    expect(answered('a'.repeat(64 * 1024 - 2))?.output).toHaveProperty('json');
    expect(answered('a'.repeat(64 * 1024 - 1))?.output).toBe('too_large');
    expect(answered('é'.repeat(40_000))?.output).toBe('too_large');
  });
});
