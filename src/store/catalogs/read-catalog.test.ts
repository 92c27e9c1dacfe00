import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { priceOf } from '../../domain/catalog/price';
import { DomainError } from '../../domain/errors';
import { fingerprintOf } from '../../platform/fingerprint';
import { parseCatalog, readCatalog } from './read-catalog';

const read = (path: string) => readFileSync(join(__dirname, '../../..', path), 'utf8');
const DEFAULT = read('catalog/exactly-2024.yaml');
const OF_FIRST_RELEASE = parse(read('tests/fixtures/catalogs/exactly-2024.first-release.yaml')) as object;

/** As the database gives a document back: its names in another order. */
function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStored);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, asStored(member)]));
}

describe('a catalog document', () => {
  it('of the first release means the same as the file that replaces it', () => {
    const old = readCatalog(asStored(OF_FIRST_RELEASE));
    expect(old.document).toEqual(parseCatalog(DEFAULT).document);
    expect(fingerprintOf(old.document)).toBe(fingerprintOf(parseCatalog(DEFAULT).document));
  });

  it('is read back from the database as it was published, in the same order', () => {
    const published = parseCatalog(DEFAULT);
    const stored = readCatalog(asStored(JSON.parse(JSON.stringify(published.document))));
    expect(stored.document).toEqual(published.document);
    expect([...stored.plans.keys()]).toEqual([...published.plans.keys()]);
    expect([...stored.actions.keys()]).toEqual([...published.actions.keys()]);
    expect(Object.values(stored.plans.get('standard')!.prices)).toEqual(
      Object.values(published.plans.get('standard')!.prices),
    );
  });

  it('can be published again as it is stored', () => {
    const { document } = parseCatalog(DEFAULT);
    expect(parseCatalog(JSON.stringify(asStored(document))).document).toEqual(document);
  });

  it('sells what the first product sold', () => {
    const catalog = parseCatalog(DEFAULT);
    expect(priceOf(catalog.actions.get('train_model')!, {}).credits).toBe(300);
    expect(priceOf(catalog.actions.get('generate_images')!, { count: 4 })).toEqual({
      unitCredits: 1,
      quantity: 4,
      credits: 4,
    });
    expect(catalog.plans.get('custom')).toMatchObject({ sold: 'contract', minimumCredits: 5001, prices: {} });
    expect(catalog.packs.get('add_on_1000')).toMatchObject({ credits: 1000, prices: { usd: 4000 } });
  });

  it('that names what this release does not know is a refusal', () => {
    const stored = { ...OF_FIRST_RELEASE, actions: { upscale_image: { credits: 2 } } };
    expect(faultsOf(() => readCatalog(stored))).toEqual(['actions.upscale_image is unknown']);
    expect(faultsOf(() => readCatalog({ version: 'x' }))).not.toHaveLength(0);
    expect(faultsOf(() => readCatalog(null))).not.toHaveLength(0);
  });
});

export function faultsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request')
      return error.details['faults'] as readonly string[];
    throw error;
  }
  return [];
}
