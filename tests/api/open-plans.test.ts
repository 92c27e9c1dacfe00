import { randomUUID } from 'node:crypto';
import { startStack, type TestStack } from '../support/start-stack';
import { onceThere } from '../support/once-there';
import { fileOf, scrip } from '../cli/scrip';
import { createApiClient, type ApiClient } from './api-client';
import { arrive, balanceOf, pay, until } from './people';

const FIRST = `
version: club-1
plans:
  visitor:
    name: Visitor
    rank: 0
    sold: default
    grants:
      - { id: welcome, credits: 10, every: once }
      - { id: gift, credits: 4, every: once, expires: P30D }
      - { id: daily, credits: 5, every: day, expires: P1D, upTo: 5 }
    rights: { seats: 1 }
  member:
    name: Member
    rank: 1
    sold: checkout
    prices: { month: { usd: 1000, trialDays: 7 } }
    grants: [{ id: monthly, credits: 100, every: month }, { id: fresh, credits: 20, every: month, expires: P10D }]
    rights: { seats: 5, lounge: true }
  veteran:
    { name: Veteran, rank: 2, sold: checkout, prices: { month: { usd: 500 } }, grants: [{ id: monthly, credits: 200, every: month }] }
  league:
    { name: League, rank: 3, sold: contract, minimumCredits: 1000, rights: { lounge: true } }
actions:
  entering: { price: 1, runs: external, requires: lounge }
policies:
  contactAddress: sales@example.com
  graceHours: 3
  royaltyBasisPoints: 0
  jobDeadlineMinutes: 60
  licenseTerms: none
  addOnQuantityMax: 20
`;

/** A year later one plan is kept by who has it, and another is new. */
const SECOND = FIRST.replace('club-1', 'club-2')
  .replace('rank: 2, sold: checkout', 'rank: 2, sold: "no"')
  .replace(
    '  league:',
    '  patron:\n    { name: Patron, rank: 4, sold: contract, minimumCredits: 2000 }\n  league:',
  );

const CONTRACT = {
  credits: 5_000,
  amount: 90_000,
  currency: 'usd',
  interval: 'month',
  termMonths: 12,
  reference: 'order 7',
};

interface Sold {
  readonly id: string;
  readonly status: string;
  readonly checkoutUrl: string | null;
}

describe('plans that only a catalog knows', () => {
  let started: { readonly stack: TestStack; readonly api: ApiClient } | undefined;
  const { stack, api } = { stack: onceThere(() => started?.stack), api: onceThere(() => started?.api) };

  beforeAll(async () => {
    const running = await startStack({ env: { SCRIP_CATALOG: await fileOf('club.yaml', FIRST) } });
    started = { stack: running, api: await createApiClient(running.dev) };
  }, 180_000);

  afterAll(async () => {
    await started?.stack.stop();
  }, 30_000);

  const subscribe = (customerId: string, body: object) =>
    api.post<Sold & { code?: string }>('/v1/subscriptions', { customerId, ...body });
  const rightsOf = async (customerId: string) => (await api.get(`/v1/customers/${customerId}/rights`)).body;
  const subscriptionOf = async (id: string) => (await api.get(`/v1/subscriptions/${id}`)).body;
  const isActive = async (id: string) => (await subscriptionOf(id))['status'] === 'active';

  it('are shown in the catalog’s own form, with every right by its name', async () => {
    const { body } = await api.get('/v1/catalog');
    expect(body).toMatchObject({
      version: 'club-1',
      packs: [],
      actions: [{ id: 'entering', requires: 'lounge' }],
    });
    expect((body['plans'] as object[])[1]).toEqual({
      id: 'member',
      name: 'Member',
      rank: 1,
      sold: 'checkout',
      prices: { month: { usd: 1000, trialDays: 7 } },
      grants: [
        { id: 'monthly', credits: 100, every: 'month', expires: null, upTo: null },
        { id: 'fresh', credits: 20, every: 'month', expires: 'P10D', upTo: null },
      ],
      rights: {
        privateWork: false,
        commercialUse: false,
        watermark: false,
        addOns: false,
        lounge: true,
        seats: 5,
      },
      minimumCredits: null,
    });
    expect(await rightsOf(await arrive(api))).toEqual({
      plan: 'visitor',
      privateWork: false,
      commercialUse: false,
      watermark: false,
      addOns: false,
      lounge: false,
      seats: 1,
    });
  });

  it('welcome a newcomer with all that comes once, and show the credits of the day', async () => {
    const customerId = await arrive(api);
    expect((await balanceOf(api, customerId)).available).toBe(19);
    const { body } = await api.get<{ data: { credits: number }[] }>(`/v1/customers/${customerId}/statement`);
    expect(body.data.map(({ credits }) => credits)).toEqual([10, 4]);
    const hold = { customerId, credits: 18, reference: 'a long day' };
    expect((await api.post('/v1/holds', hold)).status).toBe(201);
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 1, held: 18 });
    expect((await api.post('/v1/customers', { externalId: randomUUID() })).status).toBe(201);
  });

  it('are sold with a trial once, and the second time without', async () => {
    const customerId = await arrive(api);
    const first = await subscribe(customerId, { plan: 'member' });
    expect(first.status).toBe(201);
    await pay(String(first.body.checkoutUrl));
    await until(() => isActive(first.body.id));
    const { paidThrough, anchorAt } = await subscriptionOf(first.body.id);
    expect(Date.parse(String(paidThrough)) - Date.parse(String(anchorAt))).toBe(7 * 86_400_000);
    expect(await rightsOf(customerId)).toMatchObject({ plan: 'member', lounge: true, seats: 5 });
    expect((await balanceOf(api, customerId)).available).toBe(139);
    const canceled = await api.post(`/v1/subscriptions/${first.body.id}/cancel`, { when: 'now' });
    expect([canceled.status, canceled.body]).toMatchObject([200, { status: 'canceled' }]);
    const second = await subscribe(customerId, { plan: 'member' });
    await pay(String(second.body.checkoutUrl));
    await until(() => isActive(second.body.id));
    const again = await subscriptionOf(second.body.id);
    expect(Date.parse(String(again['paidThrough'])) - Date.parse(String(again['anchorAt']))).toBeGreaterThan(
      27 * 86_400_000,
    );
  }, 60_000);

  it.each([
    ['what no catalog ever had', 'platinum', 400, 'invalid_request'],
    ['what everybody has', 'visitor', 400, 'invalid_request'],
    ['what needs a contract', 'league', 409, 'contract_required'],
    ['what is no id', 'Member!', 400, 'invalid_request'],
  ])('refuse %s', async (_, plan, status, code) => {
    const refused = await subscribe(await arrive(api), { plan });
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });

  it('are sold by contract to who has agreed on one', async () => {
    const customerId = await arrive(api);
    const small = await api.post(
      '/v1/contracts',
      { customerId, ...CONTRACT, credits: 999 },
      { operator: true },
    );
    expect([small.status, small.body.code]).toEqual([400, 'invalid_request']);
    const signed = await api.post<{ id: string }>(
      '/v1/contracts',
      { customerId, ...CONTRACT },
      { operator: true },
    );
    expect([signed.status, signed.body]).toMatchObject([201, { plan: 'league', credits: 5_000 }]);
    const other = await subscribe(customerId, { plan: 'member', contractId: signed.body.id });
    expect([other.status, other.body.code]).toEqual([409, 'state_conflict']);
    const sold = await subscribe(customerId, { plan: 'league', contractId: signed.body.id });
    expect([sold.status, sold.body]).toMatchObject([201, { plan: 'league', status: 'incomplete' }]);
  });

  describe('when a later version sells others', () => {
    let keeper: string;
    let subscriptionId: string;

    beforeAll(async () => {
      keeper = await arrive(api);
      const { body } = await subscribe(keeper, { plan: 'veteran' });
      subscriptionId = body.id;
      await pay(String(body.checkoutUrl));
      await until(() => isActive(subscriptionId));
      const published = await scrip(stack.home, 'catalog', 'publish', await fileOf('club-2.yaml', SECOND));
      expect(published.code).toBe(0);
    }, 60_000);

    it('are kept by who has them, and sold to nobody new', async () => {
      expect(await rightsOf(keeper)).toMatchObject({ plan: 'veteran' });
      const refused = await subscribe(await arrive(api), { plan: 'veteran' });
      expect([refused.status, refused.body]).toMatchObject([
        409,
        {
          code: 'not_sold',
          version: 'club-2',
          plans: expect.arrayContaining(['member', 'patron']) as unknown,
        },
      ]);
    });

    it('are refused with what the version has to who is pinned to one without them', async () => {
      const change = await api.post(`/v1/subscriptions/${subscriptionId}/change-plan`, { plan: 'patron' });
      expect([change.status, change.body]).toMatchObject([409, { code: 'not_sold', version: 'club-1' }]);
      expect(change.body['plans']).toEqual(['visitor', 'member', 'veteran', 'league']);
      const unknown = await api.post(`/v1/subscriptions/${subscriptionId}/change-plan`, { plan: 'platinum' });
      expect([unknown.status, unknown.body.code]).toEqual([400, 'invalid_request']);
      const preview = `/v1/subscriptions/${subscriptionId}/change-plan?preview=true`;
      expect((await api.post(preview, { plan: 'patron' }, { key: null })).body.code).toBe('not_sold');
      const lower = await api.post(`/v1/subscriptions/${subscriptionId}/change-plan`, { plan: 'member' });
      expect([lower.status, lower.body]).toMatchObject([200, { plan: 'veteran', pendingPlan: 'member' }]);
    });

    it('must be named in a contract, because there are several', async () => {
      const customerId = await arrive(api);
      const unnamed = await api.post('/v1/contracts', { customerId, ...CONTRACT }, { operator: true });
      expect([unnamed.status, unnamed.body.code]).toEqual([400, 'invalid_request']);
      const named = { customerId, plan: 'patron', ...CONTRACT };
      const signed = await api.post<{ id: string }>('/v1/contracts', named, { operator: true });
      expect([signed.status, signed.body]).toMatchObject([201, { plan: 'patron' }]);
      const wrong = await subscribe(customerId, { plan: 'league', contractId: signed.body.id });
      expect([wrong.status, wrong.body.code]).toEqual([409, 'state_conflict']);
    });

    it('leave the ledger sound', async () => {
      expect((await api.get('/v1/audit', { operator: true })).body).toMatchObject({ ok: true });
    });
  });
});
