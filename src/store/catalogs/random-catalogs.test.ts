import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Catalog } from '../../domain/catalog/catalog';
import { allowancesDue, creditsToBring, expiryOf } from '../../domain/catalog/grants';
import { defaultPlanOf } from '../../domain/catalog/plans';
import { priceOf } from '../../domain/catalog/price';
import { DomainError } from '../../domain/errors';
import { parseInstant } from '../../domain/instants';
import { parseCatalog, readCatalog } from './read-catalog';

const id = fc.stringMatching(/^[a-z0-9_]{1,8}$/);
const amount = fc.integer({ min: 0, max: 5000 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 });
const amounts = fc.record({ usd: amount, gbp: some(amount) });
const duration = fc.constantFrom('P30D', 'PT10M', 'P1M', 'PT0S', 'a week');
const grant = fc.record({
  id,
  credits: fc.integer({ min: 0, max: 50 }),
  every: fc.constantFrom('once', 'month', 'week', 'day'),
  upTo: some(fc.integer({ min: 1, max: 100 })),
  expires: some(duration),
});
const plan = fc.record({
  name: fc.constantFrom('A plan', 'Another', ''),
  rank: fc.integer({ min: 0, max: 30 }),
  sold: fc.constantFrom('default', 'checkout', 'checkout', 'contract', 'no'),
  prices: some(fc.record({ month: some(amounts), year: some(amounts) })),
  grants: some(fc.array(grant, { maxLength: 3 })),
  rights: some(fc.dictionary(id, fc.oneof(fc.boolean(), fc.nat()), { maxKeys: 2 })),
});
/** Most of them as they must be, so that many documents are valid. */
const soundPlan = (sold: string, rank: number) => ({
  name: 'Sound',
  rank,
  sold,
  ...(sold === 'checkout' && {
    prices: { month: { usd: 500 } },
    grants: [
      { id: 'monthly', credits: 100, every: 'month' },
      { id: 'daily', credits: 5, every: 'day', upTo: 5 },
    ],
  }),
  rights: { train: true },
});
const formula = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.constantFrom(
    ...[
      'input.n',
      'input.n * 3',
      'double(input.n) * 0.5',
      'int(math.ceil(input.x * 1.1))',
      '10 / input.n',
      '1.0 / input.x',
    ],
    ...[
      'input.kind == "b" ? 3 : 1',
      'size(input.list)',
      'input.list.exists(i, i > input.n) ? 2 : 1',
      'has(input.m) ? input.m : 4',
    ],
    ...[
      'input.n * 9000000000000000000',
      'input.missing',
      'input.kind',
      'input.n +',
      'input.x * input.n',
      '{"a": 1}[input.kind]',
    ],
  ),
);
const INPUT = {
  type: 'object',
  required: ['n', 'x', 'kind'],
  properties: {
    n: { type: 'integer', minimum: -5, maximum: 5_000_000_000 },
    x: { type: 'number' },
    m: { type: 'integer' },
    kind: { enum: ['a', 'b'] },
    list: { type: 'array', items: { type: 'integer' }, default: [] },
  },
};
const action = fc.record({
  price: formula,
  quantity: some(formula),
  runs: fc.constantFrom('external', 'external', 'provider', 'nothing'),
  delivers: some(fc.constantFrom('output', 'license')),
  requires: some(fc.constantFrom('train', 'fly')),
  silence: some(duration),
  firstFree: some(fc.integer({ min: 0, max: 3 })),
  input: fc.constant(INPUT),
});
const soundAction = fc.record({
  price: fc.constantFrom<string | number>(1, 'input.n', '10 / input.n', 'input.x', 'double(input.n) * 0.5'),
  runs: fc.constant('external'),
  input: fc.constant(INPUT),
});
const pack = fc.record({
  name: fc.constant('Pack'),
  credits: fc.integer({ min: 0, max: 900 }),
  prices: amounts,
});
const byId = <T>(value: fc.Arbitrary<T>, maxKeys: number) => fc.dictionary(id, value, { maxKeys });
const document = fc.record({
  version: fc.constantFrom(...Array<string>(9).fill('random-1'), 'Random'),
  plans: byId(plan, 2).chain((plans) =>
    fc
      .constantFrom(plans, {}, {}, {})
      .map((chosen) => ({ ...chosen, zero: soundPlan('default', 40), one: soundPlan('checkout', 41) })),
  ),
  actions: fc.oneof(byId(action, 2), byId(soundAction, 3), byId(soundAction, 3)),
  packs: rarely(byId(pack, 2)),
  policies: fc.constant({
    contactAddress: 'a@b.example',
    graceHours: 1,
    royaltyBasisPoints: 0,
    jobDeadlineMinutes: 5,
    licenseTerms: 't',
    addOnQuantityMax: 10,
  }),
});
const input = fc.record(
  {
    n: fc.oneof(fc.integer({ min: -6, max: 20 }), fc.integer({ min: 0, max: 5_000_000_000 })),
    x: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 9 })),
    m: fc.integer(),
    kind: fc.constantFrom('a', 'b', 'c'),
    list: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }),
  },
  { requiredKeys: ['n', 'x', 'kind'] },
);

/** A document whose text has been spoilt somewhere, as by a slip of the hand. */
const text = fc
  .tuple(document, rarely(fc.tuple(fc.nat(), fc.constantFrom('', ':', '{', '\t', '"', '-', '\0', '0'))))
  .map(([value, slip]) => {
    const written = stringify(JSON.parse(JSON.stringify(value)));
    if (slip === undefined) return written;
    const at = slip[0] % written.length;
    return written.slice(0, at) + slip[1] + written.slice(at + 1);
  });

function read(written: string): Catalog | readonly string[] {
  try {
    return parseCatalog(written);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request')
      return error.details['faults'] as readonly string[];
    throw error;
  }
}

function useEverything(catalog: Catalog, asked: Record<string, unknown>): void {
  const at = parseInstant('2026-11-28T15:00:00Z')!;
  expect(defaultPlanOf(catalog).sold).toBe('default');
  for (const { grants } of catalog.plans.values()) {
    for (const { grant } of allowancesDue(grants, at))
      expect(creditsToBring(grant, 3)).toBeGreaterThanOrEqual(0);
    for (const grant of grants) expiryOf(grant, at);
  }
  for (const each of catalog.actions.values()) {
    if (each.input.faultsOf(asked).length > 0) continue;
    expect(each.input.faultsOfQuote(asked)).toEqual([]);
    try {
      const { credits } = priceOf(each, asked);
      expect(Number.isInteger(credits) && credits >= 0 && credits <= 1e9).toBe(true);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'price_not_computable') throw error;
    }
  }
}

describe('a random catalog', () => {
  it('is refused at a line of its file, or everything in it can be priced and granted', () => {
    let valid = 0;
    let refused = 0;
    fc.assert(
      fc.property(text, fc.array(input, { minLength: 3, maxLength: 5 }), (written, inputs) => {
        const result = read(written);
        if (Array.isArray(result)) {
          refused += 1;
          const lines = written.split('\n').length;
          for (const fault of result as readonly string[]) {
            const line = Number(/^line (\d+): ./.exec(fault)?.[1]);
            expect(line >= 1 && line <= lines).toBe(true);
          }
          return;
        }
        valid += 1;
        const catalog = result as Catalog;
        for (const asked of inputs) useEverything(catalog, asked);
        expect(readCatalog(JSON.parse(JSON.stringify(catalog.document))).document).toEqual(catalog.document);
      }),
      { numRuns: 120 },
    );
    // Neither side of the property may run dry.
    expect(valid).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
