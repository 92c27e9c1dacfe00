import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { parse } from 'yaml';
import { findPackageRoot } from '../../src/platform/package-root';
import { scrip } from '../cli/scrip';
import { connectSandbox, type Answer, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';

const CATALOG = 'exactly-2024';

/** What the first release kept of a catalog, a subscription, an order and a contract. */
const AS_OF_FIRST_RELEASE = `
  UPDATE app.subscriptions SET state = state - 'currency';
  UPDATE app.auto_top_ups SET state = state #- '{pending,pack}';
  ALTER TABLE app.subscriptions DROP COLUMN currency;
  ALTER TABLE app.subscriptions ADD CONSTRAINT subscriptions_plan_check CHECK (plan IN ('standard', 'pro', 'custom'));
  ALTER TABLE app.add_on_orders DROP COLUMN currency;
  ALTER TABLE app.contracts DROP COLUMN plan;
  ALTER TABLE app.catalog_prices DROP CONSTRAINT catalog_prices_catalog_version_plan_interval_pack_key;
  ALTER TABLE app.catalog_prices
    ADD CONSTRAINT catalog_prices_catalog_version_plan_interval_pack_key
    UNIQUE NULLS NOT DISTINCT (catalog_version, plan, interval, pack);
`;

const MIGRATIONS = ['0024_open_plans.sql', '0025_packs_and_currencies.sql'];

describe('what the first release has left', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  const textOf = (...path: string[]) => readFile(join(findPackageRoot(), ...path), 'utf8');
  const available = async (customerId: string) =>
    (await sandbox.get(`/v1/customers/${customerId}/balance`)).body['available'];
  const done = ({ status, body }: Answer): Answer['body'] => {
    if (status >= 300) throw new Error(`${String(status)}: ${JSON.stringify(body)}`);
    return body;
  };
  const pay = async (opened: Answer): Promise<string> => {
    const { id, checkoutUrl } = done(opened);
    expect(await sandbox.payCheckout(String(checkoutUrl), '4242424242424242')).toBe(303);
    await sandbox.advance({ by: 'PT1M' });
    return String(id);
  };
  const rowOf = async (owner: Client, sql: string, id: string): Promise<unknown> =>
    (await owner.query<Record<string, unknown>>(sql, [id])).rows[0];

  /** Puts the tables back to the shape and the content that they had, and brings them up to date by the migrations. */
  const migrate = async (owner: Client): Promise<void> => {
    const document: unknown = parse(await textOf('tests/fixtures/catalogs/exactly-2024.first-release.yaml'));
    await owner.query('BEGIN');
    await owner.query(AS_OF_FIRST_RELEASE);
    await owner.query('ALTER TABLE app.catalogs DISABLE TRIGGER USER');
    await owner.query('UPDATE app.catalogs SET document = $1', [JSON.stringify(document)]);
    await owner.query('ALTER TABLE app.catalogs ENABLE TRIGGER USER');
    for (const name of MIGRATIONS) await owner.query(await textOf('migrations', name));
    await owner.query('COMMIT');
  };

  it('goes on: its catalog is read, its subscription renews, its orders and settings are what they were', async () => {
    const customerId = String(done(await sandbox.post('/v1/customers', { externalId: 'ada' }))['id']);
    const terms = { customerId, plan: 'standard', interval: 'month' };
    const subscriptionId = await pay(await sandbox.post('/v1/subscriptions', terms));
    const orderId = await pay(await sandbox.post('/v1/add-ons', { customerId, quantity: 1 }));
    const setting = { threshold: 100, quantity: 1, monthlyMaximum: 2 };
    done(await sandbox.put(`/v1/customers/${customerId}/auto-top-up`, setting));
    const agreement = { credits: 6_000, amount: 90_000, currency: 'eur', interval: 'month', termMonths: 12 };
    const contract = done(
      await sandbox.post('/v1/contracts', { customerId, ...agreement, plan: 'custom', reference: 'C-1' }),
    );
    const open = done(await sandbox.post('/v1/add-ons', { customerId, quantity: 2 }));
    expect(await available(customerId)).toBe(1510);

    const owner = new Client({ connectionString: stack.dev.databaseOwnerUrl });
    await owner.connect();
    try {
      await migrate(owner);
      const subscription = 'SELECT currency, state ? $2 AS kept FROM app.subscriptions WHERE id = $1';
      const { rows } = await owner.query(subscription, [subscriptionId, 'currency']);
      expect(rows).toEqual([{ currency: 'usd', kept: false }]);
      const order = 'SELECT currency FROM app.add_on_orders WHERE id = $1';
      expect(await rowOf(owner, order, orderId)).toEqual({ currency: 'usd' });
      expect(await rowOf(owner, order, String(open['id']))).toEqual({ currency: 'usd' });
      const plan = 'SELECT plan FROM app.contracts WHERE id = $1';
      expect(await rowOf(owner, plan, String(contract['id']))).toEqual({ plan: 'custom' });
    } finally {
      await owner.end();
    }

    const published = await scrip(stack.home, 'catalog', 'publish', join('catalog', `${CATALOG}.yaml`));
    expect(published).toMatchObject({ code: 0, stdout: `${CATALOG} is already published.\n` });
    expect(done(await sandbox.get(`/v1/add-ons/${orderId}`))).toMatchObject({
      status: 'paid',
      currency: 'usd',
    });
    expect(await sandbox.payCheckout(String(open['checkoutUrl']), '4242424242424242')).toBe(303);
    await sandbox.advance({ by: 'PT1M' });
    expect(await available(customerId)).toBe(3510);

    const [model] = done(await sandbox.get('/v1/models?visibility=public'))['data'] as { id: string }[];
    const input = { modelId: model!.id, prompt: 'a harbour', count: 2 };
    const request = { customerId, action: 'generate_images', input };
    expect(done(await sandbox.post('/v1/quotes', request))).toMatchObject({ credits: 2, allowed: true });
    const spend = done(await sandbox.post('/v1/spends', request));
    const ended = done(await sandbox.get(`/v1/spends/${String(spend['id'])}?wait=60`));
    expect(ended).toMatchObject({ status: 'succeeded', credits: { captured: 2 } });

    await sandbox.advance({ by: 'P1MT2H' });
    expect(await available(customerId)).toBe(4008);
    const upgrade = await sandbox.post(`/v1/subscriptions/${subscriptionId}/change-plan`, { plan: 'pro' });
    expect(done(upgrade)).toMatchObject({ plan: 'pro', currency: 'usd', catalogVersion: CATALOG });
    expect(await available(customerId)).toBe(5008);
    await pay(await sandbox.post('/v1/add-ons', { customerId, quantity: 1 }));
    expect(await available(customerId)).toBe(6008);
    const again = await sandbox.put(`/v1/customers/${customerId}/auto-top-up`, {
      ...setting,
      threshold: 6_009,
    });
    expect(done(again)).toMatchObject({ packId: 'add_on_1000', stopped: null });
    await sandbox.advance({ by: 'PT1M' });
    expect(await available(customerId)).toBe(7008);
    expect(done(await sandbox.get('/v1/audit'))).toMatchObject({ ok: true });
  }, 120_000);
});
