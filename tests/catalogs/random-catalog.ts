import fc from 'fast-check';
import { stringify } from 'yaml';

/*
 * Catalogs as shops might write them: most of them sound, some with a part that cannot be sold, and now and then a slip of the hand.
 */

/** A catalog as text, and inputs to ask its actions for. */
export interface RandomCatalog {
  readonly text: string;
  readonly inputs: readonly OwnInput[];
}

/** What the input of every action may be that has one of its own. */
export interface OwnInput {
  readonly prompt: string;
  readonly n: number;
  readonly x: number;
  readonly kind: string;
  readonly count: number;
}

const RIGHTS = ['privateWork', 'commercialUse', 'watermark', 'addOns', 'fly', 'dive'];
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const rarely = <T>(usual: T, other: T) =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
const ids = (length: number) =>
  fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/), { minLength: length, maxLength: length });

const expires = some(fc.constantFrom('PT6H', 'P1D', 'P30D', 'P1M', 'P1Y'));
const credits = fc.integer({ min: 1, max: 400 });
const limit = fc.tuple(credits, fc.integer({ min: 0, max: 300 }), fc.boolean());

const grantOf = (every: string) =>
  fc.tuple(limit, expires).map(([[amount, more, isLimited], life]) => ({
    every,
    credits: amount,
    ...(life !== undefined && { expires: life }),
    ...(isLimited && every !== 'once' && { upTo: amount + more }),
  }));
const grantsOf = (needed: readonly string[], more: readonly string[]) =>
  fc
    .tuple(
      fc.tuple(...needed.map(grantOf)),
      fc.array(fc.constantFrom(...more).chain(grantOf), { maxLength: 3 }),
      ids(needed.length + 3),
    )
    .map(([first, others, names]) => [...first, ...others].map((grant, at) => ({ id: names[at], ...grant })));

const price = fc.integer({ min: 50, max: 90_000 });
const amountsOf = (currencies: readonly string[]) =>
  fc
    .tuple(...currencies.map(() => price))
    .map((amounts) => Object.fromEntries(currencies.map((currency, at) => [currency, amounts[at]])));
const currencies = fc.constantFrom(['usd'], ['gbp'], ['usd', 'gbp'], ['eur', 'usd', 'gbp']);
const pricesOf = fc
  .tuple(currencies, fc.constantFrom('month', 'year', 'both'), some(fc.integer({ min: 0, max: 30 })))
  .chain(([names, intervals, trialDays]) =>
    fc.tuple(amountsOf(names), amountsOf(names)).map(([month, year]) => ({
      ...(intervals !== 'year' && { month: { ...month, ...(trialDays !== undefined && { trialDays }) } }),
      ...(intervals !== 'month' && { year }),
    })),
  );
const rights = fc.dictionary(
  fc.constantFrom(...RIGHTS),
  fc.boolean().filter((value) => value),
  { maxKeys: 5 },
);
const REPEATED = ['day', 'week'];

const plans = ids(5).chain(([first = '', second = '', third = '', fourth = '', fifth = '']) => {
  const name = fc.constantFrom('Small', 'Large', 'Ünïque');
  const defaultPlan = fc.record({
    name,
    rank: fc.constant(0),
    sold: rarely('default', 'checkout'),
    grants: grantsOf([], ['once', ...REPEATED]),
    rights,
  });
  const paid = (rank: number, sold: string) =>
    fc.record({
      name,
      rank: rarely(rank, 0),
      sold: fc.constant(sold),
      prices: pricesOf,
      grants: grantsOf(['month'], ['once', 'month', ...REPEATED]),
      rights,
    });
  const contract = fc.record({
    name,
    rank: fc.constant(8),
    sold: fc.constant('contract'),
    minimumCredits: credits,
    grants: grantsOf([], ['once', ...REPEATED]),
    rights: fc.constant(Object.fromEntries(RIGHTS.map((right) => [right, true]))),
  });
  return fc.record({
    [first]: defaultPlan,
    [second]: paid(3, 'checkout'),
    [third]: paid(5, 'checkout'),
    [fourth]: contract,
    ...(fifth.length > 6 && { [fifth]: paid(6, 'no') }),
  });
});

/** The schema that the actions have in common which have an input of their own. */
const INPUT = {
  type: 'object',
  additionalProperties: false,
  required: ['prompt', 'n', 'x', 'kind'],
  properties: {
    prompt: { type: 'string', minLength: 1, maxLength: 100 },
    n: { type: 'integer', minimum: 0, maximum: 1000 },
    x: { type: 'number', minimum: 0, maximum: 100 },
    kind: { enum: ['a', 'b'] },
    count: { type: 'integer', minimum: 1, maximum: 4, default: 2 },
  },
};
const formula = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 60 }) },
  {
    weight: 60,
    arbitrary: fc.constantFrom(
      ...['input.n', 'input.n * 3', 'input.count', 'double(input.n) * 0.5', '0.25', '10 / input.n'],
      ...['int(math.ceil(input.x * 1.1))', 'input.x', 'input.kind == "b" ? 3 : 1', '{"a": 1}[input.kind]'],
      ...['size(input.prompt)', '100 - input.n', 'input.n * 9000000'],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('input.kind', 'input.nobody', 'input.n +', 'input.n * input.x') },
);
const common = {
  price: formula,
  firstFree: some(fc.integer({ min: 0, max: 2 })),
  requires: fc.oneof(
    { weight: 40, arbitrary: fc.constant(undefined) },
    { weight: 40, arbitrary: fc.constantFrom(...RIGHTS) },
    { weight: 1, arbitrary: fc.constant('fl_y') },
  ),
  unit: some(fc.constantFrom('piece', 'second')),
  deadline: some(fc.constantFrom('PT1H', 'P1D')),
};
const ownInput = { ...common, quantity: some(formula), input: fc.constant(INPUT) };
const builtIn = { ...common, price: fc.integer({ min: 0, max: 60 }) };
const provider = { runs: fc.constant('provider') };
const nothing = { runs: fc.constant('nothing') };
const kinds: readonly fc.Arbitrary<object>[] = [
  fc.record({
    ...builtIn,
    ...provider,
    delivers: fc.constant('images'),
    quantity: some(fc.constant('input.count')),
  }),
  fc.record({
    ...ownInput,
    ...provider,
    delivers: fc.constant('images'),
    version: rarely<string | undefined>('v1', undefined),
  }),
  fc.record({ ...builtIn, ...provider, delivers: fc.constant('model') }),
  fc.record({ ...ownInput, ...provider, delivers: fc.constant('output'), version: fc.constant('v2') }),
  fc.record({
    ...ownInput,
    runs: fc.constant('external'),
    silence: fc.constantFrom(undefined, null, 'PT1M', 'PT2H', 'PT3H'),
  }),
  fc.record({ ...ownInput, ...nothing }),
  fc.record({ ...builtIn, ...nothing, delivers: fc.constant('license') }),
];
const actions = ids(kinds.length).chain((names) =>
  fc.record(Object.fromEntries(kinds.map((kind, at) => [names[at] ?? '', kind]))),
);

const pack = currencies.chain((names) =>
  fc.record({
    name: fc.constant('Some credits'),
    credits: fc.integer({ min: 1, max: 5000 }),
    prices: amountsOf(names),
    quantityMax: some(fc.integer({ min: 1, max: 20 })),
    requires: some(fc.constantFrom(...RIGHTS.slice(2))),
  }),
);
const policies = some(
  fc.record({
    contactAddress: fc.constant('sales@example.com'),
    graceHours: some(fc.integer({ min: 0, max: 48 })),
    royaltyBasisPoints: some(fc.integer({ min: 0, max: 10_000 })),
    jobDeadlineMinutes: some(fc.integer({ min: 1, max: 120 })),
  }),
);

const document = fc.record({
  plans,
  actions,
  packs: ids(2).chain(([first = '', second = '']) => fc.record({ [first]: pack, [second]: pack })),
  policies: fc.oneof(
    { weight: 12, arbitrary: policies.filter((given) => given !== undefined) },
    { weight: 1, arbitrary: policies },
  ),
});
const version = fc.stringMatching(/^random-[a-z0-9]{16}$/);
const input = fc.record({
  prompt: fc.constantFrom('a harbour', 'ein Fluß', 'x'),
  n: fc.integer({ min: 0, max: 25 }),
  x: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0.5, 2.75, 99.9)),
  kind: fc.constantFrom('a', 'b'),
  count: fc.integer({ min: 1, max: 4 }),
});

/** A catalog of a version of its own. */
export function randomCatalog(): fc.Arbitrary<RandomCatalog> {
  return fc
    .record({ version, written: document, inputs: fc.array(input, { minLength: 3, maxLength: 3 }) })
    .map(({ version: name, written, inputs }) => ({
      // What is undefined is left out.
      text: stringify(JSON.parse(JSON.stringify({ version: name, ...written }))),
      inputs,
    }));
}
