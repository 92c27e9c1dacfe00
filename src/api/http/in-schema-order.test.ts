import { z } from 'zod';
import { inSchemaOrder } from './in-schema-order';

const period = z.strictObject({ start: z.string(), end: z.string() });
const thing = z.strictObject({
  id: z.string(),
  period: period.nullable(),
  parts: z.array(z.strictObject({ name: z.string(), credits: z.int() })),
  result: z.union([z.strictObject({ imageIds: z.array(z.string()) }), period]).nullable(),
  note: z.string().optional(),
});

function ordered(value: unknown): string {
  return JSON.stringify(inSchemaOrder(thing, value));
}

describe('an answer', () => {
  it('has its fields in the order of the schema, at every depth, whatever order they come in', () => {
    const value = {
      result: { end: 'b', start: 'a' },
      parts: [{ credits: 1, name: 'x' }],
      period: { end: 'b', start: 'a' },
      id: '1',
    };
    expect(ordered(value)).toBe(
      '{"id":"1","period":{"start":"a","end":"b"},"parts":[{"name":"x","credits":1}],"result":{"start":"a","end":"b"}}',
    );
  });

  it('keeps what it has: nulls, empty lists, and fields that nobody named, behind the others', () => {
    const value = { more: { b: 1, a: 2 }, parts: [], result: null, period: null, id: '1' };
    expect(ordered(value)).toBe('{"id":"1","period":null,"parts":[],"result":null,"more":{"b":1,"a":2}}');
  });

  it('is left as it is where it has another shape than it should', () => {
    expect(inSchemaOrder(thing, [{ b: 1 }])).toEqual([{ b: 1 }]);
    expect(inSchemaOrder(thing, 'text')).toBe('text');
    expect(ordered({ result: { who: 'knows' }, id: '1' })).toBe('{"id":"1","result":{"who":"knows"}}');
  });
});
