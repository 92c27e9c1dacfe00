import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';
import { startStack, type TestStack } from '../support/start-stack';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { fileOf, scrip } from './scrip';

describe('a new catalog version', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let original: string;
  let file: string;

  beforeAll(async () => {
    original = await readFile(join(findPackageRoot(), 'catalog/exactly-2024.yaml'), 'utf8');
    file = await fileOf('catalog.yaml', dearer('dearer-2027'));
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    const { apiUrl, operatorKey, stripeUrl, stripeSecretKey } = stack.dev;
    sandbox = connectSandbox({ apiUrl, operatorKey, stripeUrl: stripeUrl!, stripeSecretKey });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  });

  /** Standard grants 600 for 29 dollars, and an image costs two credits. */
  const dearer = (version: string) =>
    original
      .replace('version: exactly-2024', `version: ${version}`)
      .replace('credits: 500,', 'credits: 600,')
      .replace('month: { usd: 2500 }', 'month: { usd: 2900 }')
      .replace('generate_images: { price: 1', 'generate_images: { price: 2');
  const catalog = (...args: string[]) => scrip(stack.home, 'catalog', ...args);
  const newcomer = async (externalId: string): Promise<string> =>
    (await sandbox.post('/v1/customers', { externalId })).body['id'] as string;
  const subscribe = async (customerId: string): Promise<string> => {
    const terms = { plan: 'standard', interval: 'month', collection: 'checkout' };
    const { body } = await sandbox.post('/v1/subscriptions', { customerId, ...terms });
    expect(await sandbox.payCheckout(body['checkoutUrl'] as string, '4242424242424242')).toBe(303);
    await sandbox.advance({ by: 'PT1M' });
    return body['id'] as string;
  };
  const priceOfImage = async (customerId: string) => {
    const { body: models } = await sandbox.get('/v1/models?visibility=public');
    const modelId = (models['data'] as { id: string }[])[0]!.id;
    const input = { modelId, prompt: 'a harbour', count: 1 };
    const request = { customerId, action: 'generate_images', input };
    const quote = await sandbox.post('/v1/quotes', request);
    return quote.body['unitCredits'];
  };
  const available = async (customerId: string) =>
    (await sandbox.get(`/v1/customers/${customerId}/balance`)).body['available'];

  it('is checked and compared before it is published', async () => {
    expect(await catalog('validate', file)).toMatchObject({ code: 0, stdout: 'dearer-2027 is valid.\n' });
    const wrong = await fileOf('wrong.yaml', original.replace('credits: 500', 'credits: -1'));
    const refused = await catalog('validate', wrong);
    const line = original.split('\n').findIndex((text) => text.includes('credits: 500')) + 1;
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`line ${String(line)}\\b.*plans\\.standard\\.grants`)),
    ]);
    const { code, stdout } = await catalog('diff', file);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      '- version: "exactly-2024"',
      '+ version: "dearer-2027"',
      '- plans.standard.grants.monthly.credits: 500',
      '+ plans.standard.grants.monthly.credits: 600',
      '- plans.standard.prices.month.usd: 2500',
      '+ plans.standard.prices.month.usd: 2900',
      '- actions.generate_images.price: 1',
      '+ actions.generate_images.price: 2',
    ]);
  });

  it('changes no subscriber until an operator migrates the subscription', async () => {
    const [ada, ben, cleo] = [await newcomer('ada'), await newcomer('ben'), await newcomer('cleo')];
    const id = await subscribe(ada);
    const published = await catalog('publish', file);
    expect([published.code, published.stdout]).toEqual([0, expect.stringContaining('keep their version')]);
    expect((await catalog('publish', file)).stdout).toBe('dearer-2027 is already published.\n');
    const other = await fileOf('other.yaml', dearer('dearer-2027').replace('600', '700'));
    const otherPrice = await fileOf('price.yaml', dearer('dearer-2027').replace('usd: 2900', 'usd: 3100'));
    for (const changed of [other, otherPrice]) {
      expect(await catalog('publish', changed)).toMatchObject({
        code: 1,
        stderr:
          'Catalog dearer-2027 was already published with different content. Give the changed one another version.\n',
      });
    }

    expect([await priceOfImage(ada), await priceOfImage(ben)]).toEqual([1, 2]);
    const fresh = await subscribe(cleo);
    const { body: ofFresh } = await sandbox.get(`/v1/subscriptions/${fresh}`);
    expect([ofFresh['catalogVersion'], await available(cleo)]).toEqual(['dearer-2027', 610]);
    await sandbox.advance({ by: 'P1MT2H' });
    expect([await available(ada), await available(cleo)]).toEqual([1010, 1210]);

    const path = `/v1/subscriptions/${id}/migrate`;
    const preview = await sandbox.post(path, { catalogVersion: 'dearer-2027', preview: true });
    const { body: before } = await sandbox.get(`/v1/subscriptions/${id}`);
    expect([preview.status, preview.body]).toMatchObject([
      200,
      {
        effectiveAt: before['paidThrough'],
        charged: null,
        granted: 0,
        nextGrant: { at: before['paidThrough'], credits: 600 },
        nextCharge: { at: before['paidThrough'], price: { amountMinor: 2900, currency: 'usd' } },
      },
    ]);
    expect(before).toMatchObject({ catalogVersion: 'exactly-2024', nextGrant: { credits: 500 } });
    const unknown = await sandbox.post(path, { catalogVersion: 'nowhere' });
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
    const moved = await sandbox.post(path, { catalogVersion: 'dearer-2027' }, 'move ada');
    expect([moved.status, moved.body]).toMatchObject([200, { catalogVersion: 'dearer-2027' }]);
    const repeated = await sandbox.post(path, { catalogVersion: 'dearer-2027' }, 'move ada');
    expect(repeated).toEqual(moved);
    const twice = await sandbox.post(path, { catalogVersion: 'dearer-2027' });
    expect([twice.status, twice.body['code']]).toEqual([409, 'state_conflict']);
    expect([await available(ada), await priceOfImage(ada)]).toEqual([1010, 2]);

    await sandbox.advance({ by: 'P1M' });
    expect(await available(ada)).toBe(1610);
    const invoices = await sandbox.stripe.invoices.list({ limit: 100 });
    const paid = invoices.data.map(({ amount_paid: amount }) => amount).sort();
    expect(paid).toEqual([2500, 2500, 2900, 2900, 2900, 2900]);
    expect((await sandbox.get('/v1/audit')).body).toMatchObject({ ok: true });
  });
});
