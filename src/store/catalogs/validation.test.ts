import { DomainError } from '../../domain/errors';
import { parseCatalog } from './read-catalog';

const VALID = `version: test-1
plans:
  free:
    { name: Free, rank: 0, sold: default, rights: { watermark: true } }
  paid:
    { name: Paid, rank: 1, sold: checkout, prices: { month: { usd: 100, gbp: 90 } }, grants: [{ id: monthly, credits: 5, every: month }], rights: { addOns: true } }
  big: { name: Big, rank: 9, sold: contract, minimumCredits: 5 }
actions:
  draw:
    { price: 1, quantity: input.n, runs: external, input: { type: object, properties: { n: { type: integer }, x: { type: number }, s: { type: string }, l: { type: array, items: { type: integer } } } } }
packs:
  pack:
    { name: Pack, credits: 10, prices: { usd: 100 }, requires: addOns }
policies:
  { contactAddress: a@b.example, graceHours: 1, royaltyBasisPoints: 0, jobDeadlineMinutes: 5, licenseTerms: t, addOnQuantityMax: 10 }
`;

function faultsOf(text: string): readonly string[] {
  try {
    parseCatalog(text);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request')
      return error.details['faults'] as readonly string[];
    throw error;
  }
  return [];
}

describe('a catalog is refused at its line', () => {
  it('and is valid without a fault', () => {
    expect(faultsOf(VALID)).toEqual([]);
  });

  it('and is valid without a model where a version makes the images', () => {
    const ofVersion = 'runs: provider, delivers: images, version: v';
    expect(faultsOf(VALID.replace('runs: external', ofVersion))).toEqual([]);
  });

  it('and is valid without policies where nothing is sold by contract, by those that stand in the format', () => {
    const text = VALID.replace(/policies:\n.*\n/, '').replace(/  big:.*\n/, '');
    expect(text).not.toMatch(/policies|contract/);
    expect(parseCatalog(text).policies).toEqual({
      contactAddress: null,
      graceHours: 3,
      royaltyBasisPoints: 0,
      jobDeadlineMinutes: 60,
      licenseTerms: 'test-1',
      addOnQuantityMax: 100,
    });
  });

  it.each([
    [
      'a second default plan',
      'sold: checkout',
      'sold: default',
      /^line 6: plans.paid.sold must not be "default"/,
    ],
    ['no default plan', 'sold: default', 'sold: "no"', /^line 2: plans must have one plan/],
    ['two ranks alike', 'rank: 1', 'rank: 0', /^line 6: plans.paid.rank must differ/],
    [
      'a checkout without a price',
      'prices: { month: { usd: 100, gbp: 90 } }, ',
      '',
      /^line 5: plans.paid needs "prices"/,
    ],
    [
      'a payment that brings nothing',
      'grants: [{ id: monthly, credits: 5, every: month }], ',
      '',
      /^line 5: plans.paid needs a grant/,
    ],
    [
      'a price of nothing',
      'usd: 100, gbp',
      'usd: 0, gbp',
      /^line 6: plans.paid.prices.month.usd must be more than 0/,
    ],
    [
      'a trial of nothing',
      '{ usd: 100, gbp: 90 }',
      '{ trialDays: 5 }',
      /^line 6: plans.paid.prices.month must name an amount/,
    ],
    [
      'a year in other currencies',
      'gbp: 90 }',
      'gbp: 90 }, year: { usd: 9 }',
      /^line 6: plans.paid.prices.year must have the currencies/,
    ],
    [
      'no currency of the world',
      'gbp: 90',
      'zzz: 90',
      /^line 6: plans.paid.prices.month.zzz must be a currency/,
    ],
    [
      'an amount beyond what can be paid',
      'usd: 100 }, req',
      'usd: 100000000 }, req',
      /^line 13: packs.pack.prices.usd must be at most/,
    ],
    [
      'a month nobody pays',
      'sold: default,',
      'sold: default, grants: [{ id: a, credits: 1, every: month }],',
      /^line 4: plans.free.grants.0.every must not be "month"/,
    ],
    [
      'a limit of what comes once',
      'sold: default,',
      'sold: default, grants: [{ id: a, credits: 1, every: once, upTo: 5 }],',
      /^line 4: plans.free.grants.0.upTo must be left out/,
    ],
    [
      'a limit below the grant',
      'sold: default,',
      'sold: default, grants: [{ id: a, credits: 9, every: day, upTo: 5 }],',
      /^line 4: plans.free.grants.0.upTo must be at least/,
    ],
    [
      'two grants alike',
      'sold: default,',
      'sold: default, grants: [{ id: a, credits: 9, every: day }, { id: a, credits: 9, every: day }],',
      /^line 4: plans.free.grants.1.id must differ/,
    ],
    [
      'credits that die at once',
      'sold: default,',
      'sold: default, grants: [{ id: a, credits: 9, every: day, expires: PT0S }],',
      /^line 4: plans.free.grants.0.expires must be longer/,
    ],
    [
      'a contract without a minimum',
      'rank: 0',
      'rank: 2, sold: contract }\n  other: { name: Free, rank: 0',
      /^line 3: plans.free needs "minimumCredits"/,
    ],
    [
      'a minimum without a contract',
      'rank: 0',
      'rank: 0, minimumCredits: 5',
      /^line 4: plans.free.minimumCredits must be left out/,
    ],
    [
      'a price of the default plan',
      'rank: 0',
      'rank: 0, prices: { month: { usd: 5 } }',
      /^line 4: plans.free.prices must be left out/,
    ],
    [
      'a right that nobody has',
      'requires: addOns',
      'requires: fly',
      /^line 13: packs.pack.requires names the right fly/,
    ],
    [
      'a number where the engine asks yes or no',
      'watermark: true',
      'watermark: 1',
      /^line 4: plans.free.rights.watermark must be true or false/,
    ],
    [
      'a silence of work that is not external',
      'runs: external',
      'runs: nothing, silence: PT1M',
      /^line 10: actions.draw.silence must be left out/,
    ],
    [
      'an action that the ledger would take for a hold of no action',
      '  draw:',
      '  external:',
      /^line 9: actions.external must have another id/,
    ],
    [
      'a version that no provider runs',
      'runs: external',
      'runs: external, version: v',
      /^line 10: actions.draw.version must be left out/,
    ],
    [
      'a delivery that is not of its kind',
      'runs: external',
      'runs: external, delivers: images',
      /^line 10: actions.draw.delivers must be left out/,
    ],
    [
      'a provider that delivers nothing',
      'runs: external',
      'runs: provider',
      /^line 9: actions.draw.delivers must be one of/,
    ],
    [
      'an input without what its kind needs',
      'runs: external',
      'runs: provider, delivers: images',
      /^line 10: actions.draw.input.required must name modelId/,
    ],
    [
      'an input with a model and without what images need',
      'runs: external, input: { type: object, properties: {',
      'runs: provider, delivers: images, version: v, input: { type: object, properties: { modelId: { type: string },',
      /^line 10: actions.draw.input.required must name prompt/,
    ],
    [
      'an output that nothing makes',
      'runs: external',
      'runs: provider, delivers: output',
      /^line 9: actions.draw needs "version"/,
    ],
    [
      'a contract that nobody can be asked about',
      'contactAddress: a@b.example, ',
      '',
      /^line 7: plans.big.sold needs "policies.contactAddress"/,
    ],
    [
      'a licence to nothing',
      'runs: external',
      'runs: nothing, delivers: license',
      /^line 10: actions.draw.input.required must name imageId/,
    ],
    [
      'no deadline',
      'runs: external',
      'runs: external, deadline: PT0M',
      /^line 10: actions.draw.deadline must be longer/,
    ],
    [
      'a fraction',
      'price: 1',
      'price: 0.5',
      /^line 10: actions.draw.price must be a whole number or an expression/,
    ],
    [
      'a formula of an unknown field',
      'quantity: input.n',
      'quantity: input.m',
      /^line 10: actions.draw.quantity is no expression: No such key: m/,
    ],
    [
      'a formula that asks whether there is an unknown field',
      'quantity: input.n',
      "quantity: 'has(input.m) ? 1 : 2'",
      /^line 10: actions.draw.quantity is no expression: No such key: m/,
    ],
    [
      'a formula of text',
      'quantity: input.n',
      'quantity: input.s',
      /^line 10: actions.draw.quantity must be a number, and is of type string/,
    ],
    [
      'a formula of mixed types',
      'quantity: input.n',
      'quantity: input.n * input.x',
      /^line 10: actions.draw.quantity is no expression: no such overload: int \* double/,
    ],
    [
      'a formula that is none',
      'quantity: input.n',
      "quantity: 'input.n *'",
      /^line 10: actions.draw.quantity is no expression/,
    ],
    [
      'a list within a list',
      'quantity: input.n',
      "quantity: 'input.l.all(a, input.l.all(b, a > b)) ? 1 : 2'",
      /^line 10: actions.draw.quantity must not use all\(\) within/,
    ],
    [
      'a regular expression',
      'quantity: input.n',
      `quantity: 'input.s.matches("(a+)+") ? 1 : 2'`,
      /^line 10: actions.draw.quantity must not use matches/,
    ],
    [
      'a variable that doubles',
      'quantity: input.n',
      `quantity: 'cel.bind(a, input.s + input.s, size(a))'`,
      /^line 10: actions.draw.quantity must not use bind/,
    ],
    [
      'a schema from elsewhere',
      's: { type: string }',
      's: { $ref: "https://example.com/s" }',
      /^line 10: actions.draw.input.properties.s.\$ref is no keyword/,
    ],
    [
      'a pattern that takes for ever',
      's: { type: string }',
      's: { type: string, maxLength: 50, pattern: "^(a+)+$" }',
      /^line 10: actions.draw.input.properties.s.pattern must not repeat a group/,
    ],
    [
      'a pattern that takes long at every place where it may begin',
      's: { type: string }',
      's: { type: string, maxLength: 50, pattern: "a*a*a*b" }',
      /^line 10: actions.draw.input.properties.s.pattern must have at most 3 repetitions/,
    ],
    [
      'a pattern whose choices double the time again and again',
      's: { type: string }',
      `s: { type: string, maxLength: 50, pattern: "^${'(a|a)'.repeat(30)}b$" }`,
      /^line 10: actions.draw.input.properties.s.pattern must have at most 8 choices/,
    ],
    [
      'a pattern with as many parts that may be left out',
      's: { type: string }',
      `s: { type: string, maxLength: 50, pattern: "^${'a?'.repeat(30)}b$" }`,
      /^line 10: actions.draw.input.properties.s.pattern must have at most 8 choices/,
    ],
    [
      'a pattern for texts of any length',
      's: { type: string }',
      's: { type: string, pattern: "^a+$" }',
      /^line 10: actions.draw.input.properties.s.pattern needs a maxLength/,
    ],
    [
      'a default that the field cannot have',
      's: { type: string }',
      's: { type: string, default: 5 }',
      /^line 10: actions.draw.input.properties.s.default must be a value/,
    ],
    [
      'a type that is none',
      's: { type: string }',
      's: { type: text }',
      /^line 10: actions.draw.input.properties.s.type/,
    ],
    ['an unknown member', 'rank: 0', 'rank: 0, colour: red', /^line 4: plans.free.colour is unknown/],
    ['a missing member', 'name: Free, ', '', /^line 3: plans.free.name is missing/],
    ['an id in capitals', '  draw:', '  Draw:', /^line 9: actions.Draw must be an id/],
    [
      'an order of what is not there',
      'version: test-1',
      'order: { plans: [gold] }\nversion: test-1',
      /^line 1: order.plans.0 names gold/,
    ],
    ['two keys alike', 'rank: 0', 'rank: 0, rank: 2', /^line 4: /],
    [
      'a name that every object has',
      '  draw:',
      '  __proto__:',
      /^line 8: actions must not have a member that is named "__proto__"/,
    ],
    [
      'a character that cannot be stored',
      'name: Free',
      'name: "a\\0b"',
      /^line 4: plans.free.name must not contain/,
    ],
    ['broken YAML', 'actions:', 'actions: [', /^line \d+: /],
  ])('with %s', (_, original, spoilt, expected) => {
    expect(VALID).toContain(original);
    const faults = faultsOf(VALID.replace(original, spoilt));
    expect(faults).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('with all its faults at once, in the order of the lines', () => {
    const faults = faultsOf(VALID.replace('rank: 0', 'rank: -1').replace('graceHours: 1', 'graceHours: x'));
    expect(faults.map((fault) => fault.slice(0, 7))).toEqual(['line 4:', 'line 15']);
  });
});
