import { randomUUID } from 'node:crypto';
import type { Answer, ApiClient, Options } from './api-client';
import { arrive, balanceOf, imagesOf, spend, subscribe } from './people';
import { startSecondApi } from './second-api';
import { useStack } from './use-stack';

type Request = readonly [path: string, body: unknown, options?: Options];

/** As behind a load balancer: whichever process a repeat reaches, the database and Temporal decide, and no memory. */
describe('two API processes that are asked the same at the same moment', () => {
  const { stack, api } = useStack();
  let other: ApiClient;
  let stopOther: () => Promise<unknown>;

  beforeAll(async () => {
    ({ api: other, stop: stopOther } = await startSecondApi(stack));
  }, 30_000);

  afterAll(() => stopOther());

  it('make one customer known, once', async () => {
    const answers = await ask(['/v1/customers', { externalId: randomUUID() }]);
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(contentsOf(answers)).toHaveLength(1);
    expect(await balanceOf(api, answers[0]!.body.id)).toMatchObject({ available: 10, total: 10 });
  });

  it('give one answer to a hold, an adjustment, a refund and a contract, and do each once', async () => {
    const customerId = await arrive(api);
    const { id } = await spend(api, await imagesOf(api, customerId, 2));
    const operator = { operator: true };
    const contract = { credits: 6_000, amount: 1, currency: 'usd', interval: 'month', termMonths: 1 };
    const requests: Request[] = [
      ['/v1/holds', { customerId, credits: 3, reference: 'a job' }],
      ['/v1/adjustments', { customerId, credits: 7, reason: 'sorry' }, operator],
      ['/v1/adjustments', { customerId, credits: -5, reason: 'too much' }, operator],
      [`/v1/spends/${id}/refund`, { credits: 1, reason: 'blurred' }, operator],
      ['/v1/contracts', { customerId, ...contract, reference: 'C-1' }, operator],
    ];
    for (const request of requests) {
      const answers = await ask(request);
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      expect(contentsOf(answers)).toHaveLength(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    }
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10 - 2 - 3 + 7 - 5 + 1, held: 3 });
  });

  it('give one answer to an add-on and to an upgrade, and open or charge each once', async () => {
    const customerId = await subscribe(api);
    const orders = await ask(['/v1/add-ons', { customerId, quantity: 2 }]);
    expect(orders.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(contentsOf(orders)).toHaveLength(1);
    expect(orders.filter(({ replayed }) => !replayed)).toHaveLength(1);

    const statement = await api.get<{ data: { subscriptionId?: string }[] }>(
      `/v1/customers/${customerId}/statement`,
    );
    const { subscriptionId } = statement.body.data.find((entry) => entry.subscriptionId !== undefined)!;
    const upgrades = await ask([`/v1/subscriptions/${subscriptionId!}/change-plan`, { plan: 'pro' }]);
    expect(upgrades.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(contentsOf(upgrades)).toHaveLength(1);
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 1_510 });
  });

  it('begin one spend and refuse one alike', async () => {
    const customerId = await arrive(api);
    const begun = await ask(['/v1/spends', await imagesOf(api, customerId, 2)]);
    expect(begun.map(({ status }) => status)).toEqual(Array(10).fill(202));
    expect(contentsOf(begun)).toHaveLength(1);
    // Within a process exactly one is the first; of two processes neither knows which of them it was.
    expect(begun.filter(({ replayed }) => replayed).length).toBeGreaterThanOrEqual(8);
    const refused = await ask(['/v1/spends', await imagesOf(api, customerId, 50)]);
    expect(refused.map(({ status }) => status)).toEqual(Array(10).fill(402));
    expect(contentsOf(refused)).toHaveLength(1);
    expect(refused.filter(({ replayed }) => !replayed)).toHaveLength(1);

    await api.get(`/v1/spends/${begun[0]!.body.id}?wait=60`);
    const { body } = await other.get<{ data: unknown[] }>(`/v1/customers/${customerId}/spends`);
    expect(body.data).toHaveLength(1);
    expect(await balanceOf(other, customerId)).toMatchObject({ available: 8, held: 0 });
  });

  it('take one of two contents under one key, and refuse the other in both', async () => {
    const customerId = await arrive(api);
    const key = randomUUID();
    const [small, large] = await Promise.all([imagesOf(api, customerId, 1), imagesOf(api, customerId, 2)]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        clientOf(index).post<{ id: string }>('/v1/spends', index % 4 < 2 ? small : large, { key }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 202, 422, 422, 422, 422]);
    const taken = answers.filter(({ status }) => status === 202);
    expect(new Set(taken.map(({ body }) => body.id)).size).toBe(1);
  });

  function clientOf(index: number): ApiClient {
    return index % 2 === 0 ? api : other;
  }

  /** Ten times at once under one key, every other time in the other process. */
  function ask([path, body, options = {}]: Request): Promise<Answer<{ id: string }>[]> {
    const key = randomUUID();
    return Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        clientOf(index).post<{ id: string }>(path, body, { ...options, key }),
      ),
    );
  }
});

/** What was answered, each once; every attempt has a request id of its own. */
function contentsOf(answers: readonly Answer<object>[]): string[] {
  return [...new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' })))];
}
