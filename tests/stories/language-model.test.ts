import { createApiClient, type ApiClient } from '../api/api-client';
import { arrive, balanceOf, pay } from '../api/people';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';

const DAY_MS = 86_400_000;

describe('what language-model sells, as weeks and months pass', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let api: ApiClient;

  beforeAll(async () => {
    stack = await startStack({
      program: 'dev/sandbox.mjs',
      env: { SCRIP_CATALOG: 'catalog/language-model.yaml' },
    });
    sandbox = connectSandbox(stack.dev);
    api = await createApiClient(stack.dev);
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  const available = async (customerId: string) => (await balanceOf(api, customerId)).available;
  /** Noon of the next day that is so many days after a Sunday. */
  const goToWeekday = async (weekday: number): Promise<void> => {
    const now = new Date(await sandbox.now());
    const days = ((weekday - now.getUTCDay() + 6) % 7) + 1;
    const date = new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
    await sandbox.advance({ to: `${date}T12:00:00Z` });
  };
  /** Asks the large model, which reads and writes all that was held. */
  const answer = async (customerId: string, tokensIn: number, tokensOut: number): Promise<void> => {
    const input = { model: 'large', tokensIn, tokensOut };
    const begun = await api.post<{ id: string }>('/v1/spends', { customerId, action: 'answer', input });
    expect(begun.status).toBe(202);
    const ended = await api.post(`/v1/spends/${begun.body.id}/complete`, {});
    expect(ended).toMatchObject({ status: 200, body: { status: 'succeeded' } });
  };
  const subscribe = async (customerId: string, interval: 'month' | 'year'): Promise<string> => {
    const opened = await api.post<{ id: string; checkoutUrl: string }>('/v1/subscriptions', {
      customerId,
      plan: 'personal',
      interval,
      collection: 'checkout',
    });
    expect(opened.status).toBe(201);
    await pay(opened.body.checkoutUrl);
    await sandbox.advance({ by: 'PT1M' });
    return opened.body.id;
  };
  const takenFrom = async (customerId: string): Promise<number> => {
    const charges = await sandbox.stripe.charges.list({ limit: 100, expand: ['data.customer'] });
    return charges.data
      .filter(({ customer }) => {
        const { metadata } = customer as { metadata: Record<string, string> };
        return metadata['scrip_customer'] === customerId;
      })
      .reduce((sum, { amount }) => sum + amount, 0);
  };

  it('fills a visitor up to the credits of a week every Monday, and makes up for no week that was missed', async () => {
    await goToWeekday(0);
    const customerId = await arrive(api);
    expect(await available(customerId)).toBe(1_200);
    await answer(customerId, 200_000, 8_000);
    await answer(customerId, 100_000, 4_000);
    expect(await available(customerId)).toBe(120);
    await goToWeekday(1);
    expect(await available(customerId)).toBe(200);
    await goToWeekday(0);
    expect(await available(customerId)).toBe(200);
    await answer(customerId, 0, 8_000);
    await sandbox.advance({ by: 'P22D' });
    expect(await available(customerId)).toBe(200);
  }, 120_000);

  it('lets two months of a plan be saved, and no more', async () => {
    const customerId = await arrive(api);
    await answer(customerId, 200_000, 8_000);
    await answer(customerId, 120_000, 8_000);
    expect(await available(customerId)).toBe(0);
    await subscribe(customerId, 'year');
    const seen = [await available(customerId)];
    for (let month = 1; month <= 3; month += 1) {
      await sandbox.advance({ by: 'P1MT2H' });
      seen.push(await available(customerId));
    }
    await answer(customerId, 200_000, 8_000);
    await sandbox.advance({ by: 'P1MT2H' });
    seen.push(await available(customerId));
    expect(seen).toEqual([20_000, 40_000, 40_000, 40_000, 40_000]);
    expect(await takenFrom(customerId)).toBe(19_200);
  }, 120_000);

  it('gives a trial its credits and takes no money before it ends', async () => {
    const customerId = await arrive(api);
    const id = await subscribe(customerId, 'month');
    expect([await available(customerId), await takenFrom(customerId)]).toEqual([21_200, 0]);
    await sandbox.advance({ by: 'P13D' });
    expect(await takenFrom(customerId)).toBe(0);
    await sandbox.advance({ by: 'P1DT2H' });
    expect(await takenFrom(customerId)).toBe(2_000);
    const { body } = await sandbox.get(`/v1/subscriptions/${id}`);
    expect(body).toMatchObject({ status: 'active', plan: 'personal' });
    expect(await available(customerId)).toBe(41_200);
  }, 120_000);

  it('ends an answer of which nothing is heard, gives its credits back, and takes no completion later', async () => {
    const customerId = await arrive(api);
    const input = { model: 'large', tokensIn: 6_000, tokensOut: 2_000 };
    const begin = { customerId, action: 'answer', input };
    const [silent, heard] = [
      await api.post<{ id: string }>('/v1/spends', begin),
      await api.post<{ id: string }>('/v1/spends', begin),
    ];
    expect(await available(customerId)).toBe(1_200 - 2 * 48);
    await sandbox.advance({ by: 'PT90S' });
    const heartbeat = await api.post(`/v1/spends/${heard.body.id}/heartbeat`, {}, { key: null });
    expect(heartbeat).toMatchObject({ status: 200, body: { status: 'running' } });
    await sandbox.advance({ by: 'PT1M' });
    expect((await api.get(`/v1/spends/${silent.body.id}`)).body).toMatchObject({
      status: 'failed',
      failure: { code: 'silent' },
      credits: { reserved: 48, captured: 0, released: 48 },
    });
    expect(await available(customerId)).toBe(1_200 - 48);
    expect(await api.post(`/v1/spends/${silent.body.id}/complete`, {})).toMatchObject({
      status: 409,
      body: { code: 'state_conflict' },
    });
    expect(await api.post(`/v1/spends/${heard.body.id}/complete`, {})).toMatchObject({
      status: 200,
      body: { status: 'succeeded', credits: { captured: 48 } },
    });
    expect(await available(customerId)).toBe(1_200 - 48);
  }, 120_000);

  it('has books that are right after all of it', async () => {
    expect((await sandbox.get('/v1/audit')).body).toMatchObject({ ok: true });
  });
});
