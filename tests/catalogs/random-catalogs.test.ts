import fc from 'fast-check';
import type { Catalog } from '../../src/domain/catalog/catalog';
import { DomainError } from '../../src/domain/errors';
import { audit } from '../../src/audit/ledger/audit-ledger';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { priceAndPublishCatalog } from '../../src/store/price-catalog';
import { openCatalogHouse, type CatalogHouse } from './catalog-house';
import type { Tally } from './chances';
import { playCatalog } from './play-catalog';
import { randomCatalog } from './random-catalog';

const DEFAULT_RUNS = 16;
const RUNS = Number(process.env['RANDOM_CATALOGS'] ?? DEFAULT_RUNS);
const SEED = Number(process.env['RANDOM_CATALOGS_SEED'] ?? Date.now() % 2 ** 31);

describe(`${RUNS} random catalogs (RANDOM_CATALOGS_SEED=${SEED})`, () => {
  let house: CatalogHouse;

  beforeAll(async () => {
    house = await openCatalogHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  it('sell everything that they have once they are published, and are refused at a line if they cannot', async () => {
    const tally: Tally = {};
    let published = 0;
    await fc.assert(
      fc.asyncProperty(randomCatalog(), fc.infiniteStream(fc.nat()), async ({ text, inputs }, chance) => {
        const catalog = read(text);
        if (catalog === undefined) return;
        const publish = () =>
          house.asOwner((owner) => priceAndPublishCatalog(owner, house.deps.payments, catalog, house.now()));
        await publish();
        expect(await publish()).toBe(false);
        const choose = <T>(choices: readonly T[]): T => choices[chance.next().value % choices.length] as T;
        const customerIds = await playCatalog(house, catalog, { inputs, choose, tally });
        for (const customerId of customerIds) await expectSound(customerId);
        published += 1;
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    await expectSound(undefined);
    // The property may not run dry.
    expect(published).toBeGreaterThan(RUNS / 4);
    if (RUNS >= DEFAULT_RUNS) expect(Object.keys(tally)).toEqual(expect.arrayContaining(EVERYTHING));
  });

  /** Work that is open here has no workflow: nothing runs but what the test calls. */
  async function expectSound(customerId: string | undefined): Promise<void> {
    const { ok, checks } = await audit(house.db, {
      customerId,
      checkedAt: house.now(),
      hasLiveWorkflow: () => Promise.resolve(true),
    });
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
  }
});

/** What must have happened at least once in a run of many. */
const EVERYTHING = [
  ...['images', 'model', 'output', 'external', 'nothing'].map((kind) => `${kind} spent`),
  ...['all', 'part', 'failed', 'canceled', 'used', 'silent'].map((end) => `ended ${end}`),
  ...['insufficient_credits', 'plan_required', 'price_not_computable'].map((code) => `refused ${code}`),
  'free',
  'refunded',
  'pack bought',
  'plan bought',
  'contract bought',
  'trial begun',
  'license spent',
];

/** The catalog of a text; undefined when it is refused, each fault at one of its lines. */
function read(text: string): Catalog | undefined {
  try {
    return parseCatalog(text);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalid_request') throw error;
    const faults = error.details['faults'] as readonly string[];
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) {
      const line = Number(/^line (\d+): ./.exec(fault)?.[1]);
      expect(line >= 1 && line <= text.split('\n').length).toBe(true);
    }
    return undefined;
  }
}
