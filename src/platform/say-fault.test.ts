import { z } from 'zod';
import { sayFault } from './say-fault';

const faultsOf = (schema: z.ZodType, input: unknown) =>
  schema
    .safeParse(input, { error: sayFault })
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

describe('what is wrong with outside input', () => {
  const body = z.strictObject({
    externalId: z.string().min(1).max(3),
    count: z.int().min(1).max(100).optional(),
    plan: z.enum(['free', 'pro']).optional(),
    end: z.literal('now').optional(),
    email: z.email().optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    ids: z.array(z.string()).min(1).max(2).optional(),
    flag: z.boolean().optional(),
    price: z.strictObject({ amount: z.number().gt(0) }).optional(),
  });

  it.each([
    [{}, 'externalId is missing'],
    [{ externalId: 7 }, 'externalId must be text'],
    [{ externalId: null }, 'externalId must be text'],
    [{ externalId: '' }, 'externalId must not be empty'],
    [{ externalId: 'long' }, 'externalId must be at most 3 characters long'],
    [{ count: 'one' }, 'count must be a whole number'],
    [{ count: 0.5 }, 'count must be a whole number'],
    [{ count: 0 }, 'count must be at least 1'],
    [{ count: 101 }, 'count must be at most 100'],
    [{ plan: 'gold' }, 'plan must be one of "free", "pro"'],
    [{ end: 'later' }, 'end must be "now"'],
    [{ email: 'nobody' }, 'email must be an email address'],
    [{ url: 'javascript:alert(1)' }, 'url must be an address that begins with http:// or https://'],
    [{ ids: [] }, 'ids must have at least 1 item'],
    [{ ids: ['a', 'b', 'c'] }, 'ids must have at most 2 items'],
    [{ ids: 'a' }, 'ids must be a list'],
    [{ flag: 'yes' }, 'flag must be true or false'],
    [{ price: 3 }, 'price must be an object'],
    [{ price: { amount: 0 } }, 'price.amount must be more than 0'],
    [{ colour: 1 }, ' has an unknown member: "colour"'],
    [{ colour: 1, size: 2 }, ' has unknown members: "colour", "size"'],
  ])('is said as a person would: %j', (input, said) => {
    const whole =
      'externalId' in input || Object.keys(input).length === 0 ? input : { externalId: 'ada', ...input };
    expect(faultsOf(body, whole)).toEqual([said]);
  });

  it('names the kinds of a thing that has several', () => {
    const kinds = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a') }),
      z.strictObject({ kind: z.literal('b') }),
    ]);
    expect(faultsOf(kinds, { kind: 'c' })).toEqual(['kind must be one of "a", "b"']);
    expect(faultsOf(kinds, {})).toEqual(['kind is missing; it must be one of "a", "b"']);
  });

  it('leaves a schema its own words', () => {
    expect(faultsOf(z.string().regex(/^[a-z]{3}$/, 'must be three letters'), 'EUR')).toEqual([
      ' must be three letters',
    ]);
  });
});
