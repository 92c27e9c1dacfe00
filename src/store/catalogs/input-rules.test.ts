import { createInputRules } from './input-rules';

const images = createInputRules(null, { delivers: 'images', version: null });
const model = createInputRules(null, { delivers: 'model', version: null });
const valid = { modelId: 'm', prompt: 'A harbour', count: 1 };

describe('the input of an action', () => {
  it.each([
    [valid, []],
    [{ ...valid, seed: 4294967295 }, []],
    [{ ...valid, prompt: '🌊'.repeat(2000) }, []],
    [{ ...valid, prompt: 'two\nlines' }, []],
    [{ ...valid, prompt: 'x'.repeat(2001) }, ['input.prompt must have at most 2000 characters']],
    [{ ...valid, prompt: ' ' }, ['input.prompt must be readable text, and not blank']],
    [{ ...valid, prompt: 'a\0b' }, ['input.prompt must be readable text, and not blank']],
    [{ ...valid, count: 0 }, ['input.count must be at least 1']],
    [{ ...valid, count: 1.5 }, ['input.count must be a whole number']],
    [{ ...valid, colour: 1 }, ['input has an unknown member: "colour"']],
    [{ modelId: 'm', count: 1 }, ['input.prompt is missing']],
    ['text', ['input must be an object']],
    [undefined, ['input must be an object']],
  ])('of images %j: %j', (input, faults) => {
    expect(images.faultsOf(input)).toEqual(faults);
  });

  it('may leave out for a quote what decides neither the price nor who may', () => {
    expect(images.faultsOfQuote({ modelId: 'm', count: 2 })).toEqual([]);
    expect(images.faultsOfQuote({ count: 2 })).toEqual(['input.modelId is missing']);
    expect(model.faultsOfQuote({})).toEqual([]);
    expect(model.faultsOfQuote({ uploadIds: ['a'] })).toEqual([]);
    expect(model.faultsOf({ name: 'n', visibility: 'public', uploadIds: ['a'] })).toEqual([
      'input.uploadIds must have at least 3 items',
    ]);
    expect(model.faultsOfQuote({ uploadIds: ['a', 'a'] })).toEqual([
      'input.uploadIds must not have an item twice',
    ]);
  });

  it('of a kind is bound by the kind whatever the catalog asks for', () => {
    const own = createInputRules(
      {
        type: 'object',
        required: ['modelId', 'prompt', 'count', 'quality'],
        properties: {
          modelId: { type: 'string' },
          prompt: { type: 'string' },
          count: { type: 'integer' },
          quality: { enum: [1, 2] },
        },
      },
      { delivers: 'images', version: null },
    );
    expect(own.faultsOf({ ...valid, quality: 1 })).toEqual([]);
    expect(own.faultsOf({ ...valid, quality: 3, count: 500 })).toEqual([
      'input.quality must be one of 1, 2',
      'input.count must be at most 100',
    ]);
    expect(own.faultsOfQuote({ modelId: 'm', count: 1 })).toEqual([]);
    expect(own.faultsOfQuote({ modelId: 'm' })).toEqual(['input.count is missing']);
  });

  it('is bounded where its schema sets no bound', () => {
    const open = createInputRules({ type: 'object' }, { delivers: null, version: null });
    let deep: unknown = 1;
    for (let level = 0; level < 100; level += 1) deep = { deep };
    expect(open.faultsOf(deep)).toEqual([expect.stringContaining('must not be nested')]);
    expect(open.faultsOf({ l: Array(1001).fill(0) })).toEqual(['input.l must have at most 1000 items']);
    expect(open.faultsOf({ s: 'x'.repeat(100_001) })).toEqual([
      'input.s must have at most 100000 characters',
    ]);
    expect(open.faultsOf({ anything: [{ goes: null }] })).toEqual([]);
  });
});
