import Stripe from 'stripe';
import { onceThere } from '../support/once-there';
import { startStack, type TestStack } from '../support/start-stack';
import { fileOf, scrip } from '../cli/scrip';
import { createApiClient, type ApiClient } from './api-client';
import { ONE_PACK, TWO_MARKETS } from './markets';
import { arrive, balanceOf, pay, until } from './people';
import { startSecondApi } from './second-api';

interface Order {
  readonly id: string;
  readonly status: string;
  readonly checkoutUrl: string;
  readonly code?: string;
}

describe('several packs and currencies', () => {
  let started: { readonly stack: TestStack; readonly api: ApiClient; readonly stripe: Stripe } | undefined;
  const { stack, api, stripe } = {
    stack: onceThere(() => started?.stack),
    api: onceThere(() => started?.api),
    stripe: onceThere(() => started?.stripe),
  };

  beforeAll(async () => {
    const file = await fileOf('markets.yaml', TWO_MARKETS);
    const running = await startStack({ env: { SCRIP_CATALOG: file } });
    const { hostname, port } = new URL(running.dev.stripeUrl!);
    started = {
      stack: running,
      api: await createApiClient(running.dev),
      stripe: new Stripe(running.dev.stripeSecretKey, { host: hostname, port, protocol: 'http' }),
    };
  }, 180_000);

  afterAll(async () => {
    await started?.stack.stop();
  }, 30_000);

  const order = (customerId: string, body: object = {}, key?: string) =>
    api.post<Order>(
      '/v1/add-ons',
      { customerId, quantity: 1, packId: 'small', ...body },
      key === undefined ? {} : { key },
    );
  const subscriber = async (currency: string): Promise<{ customerId: string; subscriptionId: string }> => {
    const customerId = await arrive(api);
    const opened = await api.post<Order>('/v1/subscriptions', { customerId, plan: 'basic', currency });
    expect([opened.status, opened.body]).toMatchObject([201, { currency }]);
    await pay(opened.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 110);
    return { customerId, subscriptionId: opened.body.id };
  };
  const takenFrom = async (customerId: string): Promise<string[]> => {
    const payments: string[] = [];
    for await (const charge of stripe.charges.list({ limit: 100 })) {
      const { metadata } = await stripe.customers.retrieve(charge.customer as string).then(assertThere);
      if (metadata['scrip_customer'] === customerId)
        payments.push(`${String(charge.amount)} ${charge.currency}`);
    }
    return payments.sort();
  };

  it('sells a pack that requires nothing to everybody, in the first currency or in that which is asked for', async () => {
    const customerId = await arrive(api);
    const inDollars = await order(customerId, { quantity: 2 });
    expect([inDollars.status, inDollars.body]).toMatchObject([
      201,
      { packId: 'small', quantity: 2, credits: 200, currency: 'usd', status: 'pending' },
    ]);
    const inPounds = await order(customerId, { currency: 'gbp' });
    expect([inPounds.status, inPounds.body]).toMatchObject([201, { credits: 100, currency: 'gbp' }]);
    await pay(inDollars.body.checkoutUrl);
    await pay(inPounds.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 310);
    expect(await takenFrom(customerId)).toEqual(['1000 usd', '400 gbp']);
  });

  it('refuses what is not sold, and says what is', async () => {
    const customerId = await arrive(api);
    const { customerId: basic } = await subscriber('usd');
    const refusals = [
      await api.post('/v1/add-ons', { customerId, quantity: 1 }),
      await order(customerId, { packId: 'smal' }),
      await order(customerId, { quantity: 4 }),
      await order(customerId, { currency: 'eur' }),
      await api.post('/v1/subscriptions', { customerId, plan: 'grand', currency: 'gbp' }),
      await order(customerId, { packId: 'large' }),
      await order(basic, { packId: 'crate' }),
    ];
    expect(refusals.map(({ status, body }) => [status, body.code, body])).toMatchObject([
      [
        400,
        'invalid_request',
        { field: 'packId', detail: expect.stringContaining('small, large, crate') as unknown },
      ],
      [400, 'invalid_request', { field: 'packId' }],
      [400, 'invalid_request', { field: 'quantity' }],
      [400, 'invalid_request', { field: 'currency', detail: expect.stringContaining('usd, gbp') as unknown }],
      [400, 'invalid_request', { field: 'currency', detail: expect.stringContaining('usd') as unknown }],
      [403, 'subscription_required', { plan: 'guest' }],
      [403, 'plan_required', { plan: 'basic', plans: ['grand'] }],
    ]);
  });

  it('keeps the currency of a subscription, for its packs too, and changes to no plan that is not sold in it', async () => {
    const { customerId, subscriptionId } = await subscriber('gbp');
    const other = await api.post(`/v1/subscriptions/${subscriptionId}/change-plan`, { plan: 'grand' });
    expect([other.status, other.body]).toMatchObject([
      409,
      { code: 'state_conflict', detail: expect.stringContaining('paid in gbp') as unknown },
    ]);
    const [small, large] = [await order(customerId), await order(customerId, { packId: 'large' })];
    expect([small.body, large.body]).toMatchObject([{ currency: 'gbp' }, { currency: 'usd' }]);
    await pay(small.body.checkoutUrl);
    await until(async () => (await balanceOf(api, customerId)).available === 210);
    expect(await takenFrom(customerId)).toEqual(['400 gbp', '800 gbp']);
  });

  it('tops up with the pack that is named, in the currency of the subscription', async () => {
    const { customerId } = await subscriber('gbp');
    const path = `/v1/customers/${customerId}/auto-top-up`;
    const setting = { threshold: 111, quantity: 1, monthlyMaximum: 1 };
    const which = await api.send('PUT', path, setting);
    expect([which.status, which.body]).toMatchObject([400, { field: 'packId' }]);
    const set = await api.send('PUT', path, { ...setting, packId: 'small' });
    expect([set.status, set.body]).toMatchObject([200, { packId: 'small', stopped: null }]);
    await until(async () => (await balanceOf(api, customerId)).available === 210);
    expect(await takenFrom(customerId)).toEqual(['400 gbp', '800 gbp']);
    const beyond = await api.send('PUT', path, { ...setting, packId: 'crate' });
    expect([beyond.status, beyond.body.code]).toEqual([403, 'plan_required']);
  });

  it('sells a version that was published meanwhile in every process at once, and the old one to who is pinned to it', async () => {
    const { customerId: pinned } = await subscriber('usd');
    const early = await arrive(api);
    const first = await order(early, {}, 'before');
    const setting = { packId: 'small', threshold: 5, quantity: 1, monthlyMaximum: 1 };
    expect(await api.send('PUT', `/v1/customers/${early}/auto-top-up`, setting)).toMatchObject({
      status: 200,
    });
    const second = await startSecondApi(stack);
    try {
      expect((await second.api.get<{ version: string }>('/v1/catalog')).body.version).toBe('markets-1');
      const published = await scrip(stack.home, 'catalog', 'publish', await fileOf('markets.yaml', ONE_PACK));
      expect(published).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('markets-2 is published') as unknown,
      });
      for (const one of [api, second.api]) {
        const customerId = await arrive(one);
        const only = await one.post('/v1/add-ons', { customerId, quantity: 1 });
        expect([only.status, only.body]).toMatchObject([201, { packId: 'medium', currency: 'gbp' }]);
        const gone = await one.post('/v1/add-ons', { customerId, packId: 'small', quantity: 1 });
        expect([gone.status, gone.body]).toMatchObject([
          409,
          { code: 'not_sold', version: 'markets-2', packs: ['medium'] },
        ]);
      }
      expect(await order(pinned)).toMatchObject({ status: 201, body: { packId: 'small', credits: 100 } });
      const versionFor = async (customerId: string) =>
        (await api.get<{ version: string }>(`/v1/catalog?customerId=${customerId}`)).body.version;
      expect([await versionFor(pinned), await versionFor(early)]).toEqual(['markets-1', 'markets-2']);
      const again = await order(early, {}, 'before');
      expect([again.replayed, again.body]).toEqual([true, first.body]);
      const other = await order(early, { quantity: 2 }, 'before');
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);

      // Too few are left now, and the pack that was chosen is not sold any more.
      await api.post('/v1/holds', { customerId: early, credits: 6, reference: 'a dig', capture: true });
      await until(async () => {
        const { body } = await api.get(`/v1/customers/${early}/auto-top-up`);
        return (body['stopped'] as { reason: string } | null)?.reason === 'pack_not_sold';
      });
    } finally {
      await second.stop();
    }
  });
});

function assertThere(customer: Stripe.Customer | Stripe.DeletedCustomer): Stripe.Customer {
  if (customer.deleted === true) throw new Error(`${customer.id} is gone`);
  return customer;
}
