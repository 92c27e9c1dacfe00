import { randomUUID } from 'node:crypto';
import { Client as Postgres } from 'pg';
import Stripe from 'stripe';
import { startStack, type TestStack } from '../support/start-stack';
import { createApiClient, type ApiClient } from './api-client';
import { balanceOf, erase, imagesOf, pay, spend, until } from './people';
import { logsWith, tablesWith, workflowsWith } from './traces';

const NAME = 'Ottilie Besenbinder';
const EMAIL = 'besenbinder@example.com';
/** Enough for us, and not for Stripe. */
const LOCAL_EMAIL = 'besenbinder@localhost';
const BOTH = 'esenbinder';

describe('the name and the email of a customer', () => {
  let stack: TestStack;
  let api: ApiClient;
  let stripe: Stripe;

  beforeAll(async () => {
    stack = await startStack();
    api = await createApiClient(stack.dev);
    const { stripeUrl, stripeSecretKey } = stack.dev;
    const port = new URL(stripeUrl!).port;
    stripe = new Stripe(stripeSecretKey, { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  const arrive = async (email: string): Promise<string> => {
    const person = { externalId: randomUUID(), name: NAME, email };
    return (await api.post<{ id: string }>('/v1/customers', person)).body.id;
  };
  const subscribe = async (customerId: string) => {
    const body = { customerId, plan: 'standard' };
    const opened = await api.post<{ checkoutUrl: string }>('/v1/subscriptions', body);
    expect(opened.status).toBe(201);
    await pay(opened.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 510);
  };
  const allDelivered = async () => {
    const db = new Postgres({ connectionString: stack.dev.databaseUrl });
    await db.connect();
    await until(async () => {
      const left = await db.query('SELECT 1 FROM app.stripe_events WHERE processed_at IS NULL');
      return left.rows.length === 0;
    });
    await db.end();
  };

  it('keep nobody from paying, whatever Stripe thinks of them', async () => {
    const customerId = await arrive(LOCAL_EMAIL);
    await subscribe(customerId);
    expect((await api.post(`/v1/customers/${customerId}/billing-portal`)).status).toBe(201);
    const address = { successUrl: 'http://a..b/' };
    const refused = await api.post('/v1/add-ons', { customerId, quantity: 1, ...address });
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
  });

  it('stand in one table, in no workflow and in no log, and nowhere once they are erased', async () => {
    const customerId = await arrive(EMAIL);
    await subscribe(customerId);
    await spend(api, await imagesOf(api, customerId));
    const topUp = { threshold: 1_000, quantity: 1, monthlyMaximum: 1 };
    await api.send('PUT', `/v1/customers/${customerId}/auto-top-up`, topUp);
    await until(async () => (await balanceOf(api, customerId)).available > 1_000);
    const [payment] = (await stripe.paymentIntents.list()).data;
    await stripe.refunds.create({ payment_intent: payment!.id });
    await until(async () => (await balanceOf(api, customerId)).available < 1_000);
    await allDelivered();

    expect(await tablesWith(stack, BOTH)).toEqual(['app.customers']);
    const customers = await stripe.customers.list();
    const ids = customers.data.map(({ metadata }) => metadata['scrip_customer']!);
    for (const id of ids) await erase(api, id);
    expect(await tablesWith(stack, BOTH)).toEqual([]);
    const workflows = await workflowsWith(stack, BOTH);
    expect(workflows.found).toEqual([]);
    expect(workflows.read).toBeGreaterThan(3);
    expect(await logsWith(stack, BOTH)).toEqual([]);
  });
});
