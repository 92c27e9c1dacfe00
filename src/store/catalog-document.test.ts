import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { priceOf } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import { parseCatalog } from './catalog-document';

const DEFAULT_CATALOG = readFileSync(
  join(__dirname, '../../tests/fixtures/catalogs/exactly-2024.first-release.yaml'),
  'utf8',
);

describe('a catalog document', () => {
  it('ships with the plans, prices and packs of the first product', () => {
    const catalog = parseCatalog(DEFAULT_CATALOG);
    expect(catalog.plans.free.credits).toBe(10);
    expect(catalog.plans.standard.credits).toBe(500);
    expect(catalog.plans.pro.credits).toBe(1000);
    expect(catalog.plans.custom.grant).toBe('contract');
    expect(priceOf(catalog, 'train_model', 1)).toBe(300);
    expect(priceOf(catalog, 'generate_images', 4)).toBe(4);
    expect(priceOf(catalog, 'license_image', 1)).toBe(100);
    expect(catalog.packs.map((pack) => pack.credits)).toEqual([1000]);
  });

  it.each([
    ['a fraction of a credit', (text: string) => text.replace('credits: 500', 'credits: 500.5')],
    ['an unknown field', (text: string) => text.replace('rank: 0', 'rank: 0\n    colour: red')],
    ['two plans of one rank', (text: string) => text.replace('rank: 2', 'rank: 1')],
    ['a monthly plan without a price', (text: string) => text.replace(/month: \{ amountMinor: 2500.*\n/, '')],
    ['a monthly plan without credits', (text: string) => text.replace('credits: 500', 'credits: 0')],
    ['no pack', (text: string) => text.replace(/packs:[\s\S]*policies:/, 'packs: []\npolicies:')],
    ['broken YAML', (text: string) => `${text}\n  - : [`],
    ['nothing at all', () => ''],
  ])('is refused with %s, and says where', (_, spoil) => {
    const refusal = catchError(() => parseCatalog(spoil(DEFAULT_CATALOG)));
    expect(refusal).toBeInstanceOf(DomainError);
    expect((refusal as DomainError).code).toBe('invalid_request');
    expect((refusal as DomainError).details['faults']).not.toHaveLength(0);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
