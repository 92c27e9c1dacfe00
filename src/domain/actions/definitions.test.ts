import fc from 'fast-check';
import type { ActionDefinition } from './definition';
import { ACTION_DEFINITIONS } from './definitions';
import type { Kind } from './kind';

const asked = (input: object, quantity = 1, unit: string | null = null) => ({
  action: 'generate_text',
  input: { ...input },
  quantity,
  unit,
});

describe('a kind of action', () => {
  it.each<[Kind, ReturnType<typeof asked>, string]>([
    ['provider/images', asked({ modelId: 'mdl_1', prompt: 'a secret' }, 4), '4 images'],
    ['provider/images', asked({ modelId: 'mdl_1' }, 1, 'picture'), '1 picture'],
    ['provider/images', asked({ url: 'a secret' }, 2, 'picture'), 'Generate text: 2 pictures'],
    ['provider/model', asked({ name: 'a secret' }), 'Training of a model'],
    ['provider/output', asked({ prompt: 'a secret' }, 8_000, 'token'), 'Generate text: 8,000 tokens'],
    ['external', asked({ prompt: 'a secret' }, 1), 'Generate text'],
    ['external', asked({}, 1_234.5, 'second'), 'Generate text: 1,234.5 seconds'],
    ['nothing/license', asked({ imageId: 'img_1' }), 'Licence to image img_1'],
    ['nothing/license', asked({ imageId: 'a secret' }), 'Licence to image -'],
    ['nothing', asked({ why: 'a secret' }, 3, 'entry'), 'Generate text: 3 entries'],
  ])('says what is asked for, and nothing that somebody wrote: %s, %j', (kind, one, words) => {
    expect(ACTION_DEFINITIONS[kind].words(one)).toBe(words);
  });

  it('names what must be there, and takes whatever cannot be an id for one that nothing has', () => {
    expect(ACTION_DEFINITIONS['provider/images'].named({ modelId: 'mdl_1' })).toEqual({ modelId: 'mdl_1' });
    expect(ACTION_DEFINITIONS['provider/images'].named({ url: 'x' })).toEqual({});
    expect(ACTION_DEFINITIONS['nothing/license'].named({ imageId: 'img\0' })).toEqual({ imageId: '-' });
    const uploads = { uploadIds: ['upl_1', 'a b'] };
    expect(ACTION_DEFINITIONS['provider/model'].named(uploads)).toEqual({ uploadIds: ['upl_1', '-'] });
  });

  it('has a licence once for each image, and everything else as often as it is bought', () => {
    const key = (kind: Kind) => ACTION_DEFINITIONS[kind].exclusiveKey({ imageId: 'img_1' });
    expect(key('nothing/license')).toBe('license:img_1');
    const others = (Object.keys(ACTION_DEFINITIONS) as Kind[]).filter((kind) => kind !== 'nothing/license');
    expect(others.map(key)).toEqual(others.map(() => null));
  });

  it('reads any input without an error, since a quote may leave out what it likes', () => {
    const names = ['modelId', 'imageId', 'uploadIds', 'name', 'count', 'visibility', '__proto__'];
    const input = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values<ActionDefinition>(ACTION_DEFINITIONS)),
        input,
        (one, said) => {
          one.named(said);
          one.exclusiveKey(said);
          expect(one.words(asked(said))).toMatch(/^\S/);
        },
      ),
    );
  });
});
