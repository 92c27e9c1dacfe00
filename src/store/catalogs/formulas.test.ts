import { priceOf } from '../../domain/catalog/price';
import { DomainError } from '../../domain/errors';
import { createFormulaCompiler } from './formulas';

const compile = createFormulaCompiler({
  type: 'object',
  properties: {
    n: { type: 'integer' },
    x: { type: 'number' },
    quality: { enum: ['fast', 'fine'], default: 'fast' },
    hd: { type: 'boolean' },
    shots: { type: 'array', items: { type: 'object', properties: { seconds: { type: 'integer' } } } },
    size: { type: 'object', properties: { width: { type: 'integer', default: 2 } } },
  },
});
const price = (formula: number | string, input: Record<string, unknown>, quantity: number | string = 1) =>
  priceOf({ price: compile(formula), quantity: compile(quantity) }, input);
const refusalOf = (formula: number | string, input: Record<string, unknown>): unknown => {
  try {
    return price(formula, input);
  } catch (error) {
    return error instanceof DomainError ? [error.code, error.details['expression']] : error;
  }
};

describe('a formula', () => {
  it.each([
    [3, {}, 3],
    ['input.n * 2', { n: 21 }, 42],
    ['double(input.n) * 0.5', { n: 8 }, 4],
    ['int(math.ceil(double(input.n) * 0.3))', { n: 11 }, 4],
    ['int(math.ceil(input.x * 30.0))', { x: 0.1 }, 3],
    ['math.ceil(input.x)', { x: 2.1 }, 3],
    ['math.floor(input.x) + math.round(input.x)', { x: 2.5 }, 5],
    ['math.greatest(input.n, 10) + math.least(input.n, 10)', { n: 4 }, 14],
    ['input.x * 30.0', { x: 0.1 }, 3],
    ['input.quality == "fine" ? 3 : 1', {}, 1],
    ['input.quality == "fine" ? 3 : 1', { quality: 'fine' }, 3],
    ['has(input.n) ? input.n : 7', {}, 7],
    ['has(input.hd) && input.hd ? 2 : 1', { hd: true }, 2],
    ['input.size.width * 2', { size: {} }, 4],
    ['size(input.shots)', { shots: [{ seconds: 1 }, { seconds: 2 }] }, 2],
    ['input.shots.exists(shot, shot.seconds > 5) ? 2 : 1', { shots: [{ seconds: 9 }] }, 2],
    ['{"fast": 1, "fine": 4}[input.quality]', { quality: 'fine' }, 4],
    ['0 - 0', {}, 0],
  ])('%s of %j is %d', (formula, input, credits) => {
    expect(price(formula, input).credits).toBe(credits);
  });

  it('may price a unit at a fraction when all units cost a whole number', () => {
    expect(price('0.5', { n: 8000 }, 'input.n')).toEqual({ unitCredits: 0.5, quantity: 8000, credits: 4000 });
    expect(price('1.0 / 3.0', {}, 3).credits).toBe(1);
  });

  it.each([
    ['input.n * 2', {}],
    ['input.n / 0', { n: 1 }],
    ['1.0 / input.x', { x: 0 }],
    ['input.x', { x: 0.5 }],
    ['input.n', { n: -1 }],
    ['input.n', { n: 1_000_000_001 }],
    ['input.n * 9223372036854775807', { n: 2 }],
    ['input.n', { n: 2 ** 60 }],
    ['int(input.x)', { x: 1e30 }],
    ['input.size.width', {}],
    ['{"fine": 1}[input.quality]', {}],
    ['input.shots[3].seconds + 1', { shots: [] }],
    ['input.n', { n: 'many' }],
  ])('%s of %j is refused with the expression', (formula, input) => {
    expect(refusalOf(formula, input)).toEqual(['price_not_computable', formula]);
  });

  it('sees no field that every object of JavaScript has', () => {
    expect(() => compile('input.constructor')).toThrow('No such key');
  });
});
