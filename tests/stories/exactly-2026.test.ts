import type Stripe from 'stripe';
import type { SpendView } from '../../src/api/operations/spends/spend-view';
import { createApiClient, type ApiClient } from '../api/api-client';
import { arrive, balanceOf, pay, spend, uploadPictures } from '../api/people';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';

interface Movement {
  readonly code: string;
  readonly credits: number;
  readonly reason: string;
}

describe('what exactly-2026 sells, as days pass', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let api: ApiClient;

  beforeAll(async () => {
    stack = await startStack({
      program: 'dev/sandbox.mjs',
      env: { SCRIP_CATALOG: 'catalog/exactly-2026.yaml' },
    });
    sandbox = connectSandbox(stack.dev);
    api = await createApiClient(stack.dev);
    // From noon on, no test meets a midnight that it did not ask for.
    const tomorrow = new Date(Date.parse(await sandbox.now()) + 86_400_000);
    await sandbox.advance({ to: `${tomorrow.toISOString().slice(0, 10)}T12:00:00Z` });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  const available = async (customerId: string) => (await balanceOf(api, customerId)).available;
  const statementOf = async (customerId: string): Promise<Movement[]> => {
    const { body } = await api.get<{ data: Movement[] }>(`/v1/customers/${customerId}/statement?limit=100`);
    return body.data.map(({ code, credits, reason }) => ({ code, credits, reason })).reverse();
  };
  const draw = async (customerId: string, count: number, engine?: string): Promise<SpendView> => {
    const { body } = await api.get<{ data: { id: string }[] }>('/v1/models?visibility=public');
    const input = { modelId: body.data[0]!.id, prompt: 'a quiet harbour', count };
    return spend(api, {
      customerId,
      action: 'generate_images',
      input: engine === undefined ? input : { ...input, engine },
    });
  };
  const train = async (customerId: string, name: string): Promise<SpendView> => {
    const uploadIds = await uploadPictures(api, customerId);
    return spend(api, {
      customerId,
      action: 'train_model',
      input: { name, visibility: 'public', uploadIds },
    });
  };
  /** Opens a checkout, pays there, and lets the money arrive. */
  const buy = async (path: string, body: object): Promise<void> => {
    const opened = await api.post<{ checkoutUrl: string }>(path, body);
    expect([opened.status, opened.body]).toMatchObject([201, { currency: 'gbp' }]);
    await pay(opened.body.checkoutUrl);
    await sandbox.advance({ by: 'PT1M' });
  };
  const chargesOf = async (customerId: string): Promise<string[]> => {
    const charges = await sandbox.stripe.charges.list({ limit: 100, expand: ['data.customer'] });
    return charges.data
      .filter((charge) => (charge.customer as Stripe.Customer).metadata['scrip_customer'] === customerId)
      .map(({ amount, currency }) => `${String(amount)} ${currency}`)
      .reverse();
  };

  it('gives five credits on each of three days to who spends on the first and the third, and never ten', async () => {
    const customerId = await arrive(api);
    const seen = [await available(customerId)];
    await draw(customerId, 2);
    seen.push(await available(customerId));
    await sandbox.advance({ by: 'P1D' });
    seen.push(await available(customerId));
    await sandbox.advance({ by: 'P1D' });
    seen.push(await available(customerId));
    await draw(customerId, 5);
    seen.push(await available(customerId));
    await sandbox.advance({ by: 'P1D' });
    seen.push(await available(customerId));
    expect(seen).toEqual([5, 3, 5, 5, 0, 5]);
    const granted = (await statementOf(customerId)).filter(({ code }) => code === 'grant');
    // The fourth day's is not written before she does something.
    expect(granted.map(({ credits }) => credits)).toEqual([5, 2]);
  }, 120_000);

  it('trains the first model for nothing and the second for its price', async () => {
    const customerId = await arrive(api);
    await buy('/v1/subscriptions', {
      customerId,
      plan: 'creator',
      interval: 'month',
      collection: 'checkout',
    });
    expect(await available(customerId)).toBe(1_805);
    const [first, second] = [await train(customerId, 'Harbours'), await train(customerId, 'Meadows')];
    expect([first, second]).toMatchObject([
      { status: 'succeeded', credits: { reserved: 0, captured: 0, released: 0 } },
      { status: 'succeeded', credits: { reserved: 300, captured: 300, released: 0 } },
    ]);
    expect(await available(customerId)).toBe(1_505);
    const movements = (await statementOf(customerId)).filter(
      ({ reason }) => reason === 'Training of a model',
    );
    expect(movements.map(({ code, credits }) => `${code} ${String(credits)}`)).toEqual([
      'hold 300',
      'capture 300',
    ]);
  }, 120_000);

  it('draws with two engines at two prices', async () => {
    const customerId = await arrive(api);
    const drawn = [await draw(customerId, 2, 'exactly_1'), await draw(customerId, 1, 'exactly_2')];
    expect(drawn.map(({ unitCredits, credits }) => [unitCredits, credits.captured])).toEqual([
      [1, 2],
      [3, 3],
    ]);
    expect(await available(customerId)).toBe(0);
  }, 120_000);

  it('sells credits and licences in packs, and takes pounds for everything', async () => {
    const customerId = await arrive(api);
    await buy('/v1/subscriptions', {
      customerId,
      plan: 'creator',
      interval: 'month',
      collection: 'checkout',
    });
    await buy('/v1/add-ons', { customerId, packId: 'credits_500', quantity: 2 });
    await buy('/v1/add-ons', { customerId, packId: 'licence_1', quantity: 1 });
    expect(await available(customerId)).toBe(5 + 1_800 + 1_000 + 600);
    expect(await chargesOf(customerId)).toEqual(['2700 gbp', '2000 gbp', '1200 gbp']);
    const drawn = await draw(customerId, 1);
    const imageId = (drawn.result as { imageIds: string[] }).imageIds[0]!;
    const licence = await spend(api, { customerId, action: 'license_image', input: { imageId } });
    expect(licence).toMatchObject({ status: 'succeeded', credits: { captured: 500 } });
  }, 120_000);

  it('has books that are right after all of it', async () => {
    expect((await sandbox.get('/v1/audit')).body).toMatchObject({ ok: true });
  });
});
