import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended } from '../../dev/stack/launch';
import { findPackageRoot } from '../../src/platform/package-root';
import { launchStack, startStack } from '../support/start-stack';
import { apiAt, arrive, pictureOf } from './call-api';

/** `SCRIP_CATALOG` names a catalog of one's own. */
describe('a stack with a catalog of its own', () => {
  let home: string;
  let file: string;
  let original: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'scrip-own-catalog-'));
    file = join(home, 'mine.yaml');
    original = await readFile(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8');
  });

  afterAll(() => rm(home, { recursive: true, force: true }));

  const write = (version: string, credits: number) =>
    writeFile(
      file,
      original
        .replace('version: exactly-2024', `version: ${version}`)
        .replace('generate_images: { price: 1', `generate_images: { price: ${String(credits)}`),
    );

  it('publishes it at the start and sells by it', async () => {
    await write('mine-1', 3);
    const stack = await startStack({ home, env: { SCRIP_CATALOG: file } });
    const api = apiAt(stack.url, stack.dev.apiKey);
    const { body } = await api.get('/v1/catalog');
    expect(body['version']).toBe('mine-1');
    expect(body['actions']).toContainEqual(expect.objectContaining({ id: 'generate_images', price: 3 }));
    const customerId = await arrive(api, 'ada');
    const quote = await api.post('/v1/quotes', await pictureOf(api, customerId, 'a pier', 2));
    expect(quote.body).toMatchObject({ unitCredits: 3, credits: 6, allowed: true });
    expect(await stack.stop()).toBe(0);
  }, 200_000);

  it('goes on with it when no catalog is named, and sells another one when one is, to who comes then', async () => {
    const unnamed = await startStack({ home });
    const mine = apiAt(unnamed.url, unnamed.dev.apiKey);
    expect((await mine.get('/v1/catalog')).body['version']).toBe('mine-1');
    const customerId = await arrive(mine, 'ben');
    expect(await unnamed.stop()).toBe(0);

    const other = join(findPackageRoot(), 'catalog', 'language-model.yaml');
    const stack = await startStack({ home, env: { SCRIP_CATALOG: other } });
    const api = apiAt(stack.url, stack.dev.apiKey);
    const { body } = await api.get('/v1/catalog');
    expect(body['version']).toMatch(/^language-model/);
    // Whoever has no subscription goes by the newest version.
    const { body: refused } = await api.post('/v1/quotes', {
      customerId,
      action: 'generate_images',
      input: {},
    });
    expect(refused).toMatchObject({ code: 'not_sold', version: body['version'] });
    expect(await stack.stop()).toBe(0);
  }, 200_000);

  it('has house models only where the catalog has pictures to make with them', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'scrip-own-catalog-'));
    const file = join(findPackageRoot(), 'catalog', 'language-model.yaml');
    const stack = await startStack({ home: fresh, env: { SCRIP_CATALOG: file } });
    try {
      const api = apiAt(stack.url, stack.dev.apiKey);
      expect((await api.get('/v1/models?visibility=public')).body['data']).toEqual([]);
      const customer = await api.post('/v1/customers', { externalId: 'cleo' });
      expect(customer.status).toBe(201);
    } finally {
      await stack.stop();
      await rm(fresh, { recursive: true, force: true });
    }
  }, 200_000);

  it('does not start with a changed one under the same version, and says what to do', async () => {
    await write('mine-1', 4);
    const { child, output } = launchStack(home, { SCRIP_CATALOG: file });
    expect(await ended(child)).toEqual({ code: 1, signal: null });
    expect(output()).toContain(
      'Catalog mine-1 was already published with different content. Give the changed one another version.',
    );
  }, 200_000);
});
