import sharp from 'sharp';
import type { ApiClient } from './api-client';
import { arrive, balanceOf, imagesOf, subscribe } from './people';
import { startSecondApi } from './second-api';
import { useStack } from './use-stack';

/** The API of an installation whose provider paints and does not train. */
describe('a job provider that trains no models', () => {
  const { stack, api } = useStack();
  let other: ApiClient;
  let stopOther: () => Promise<unknown>;

  beforeAll(async () => {
    const provider = { JOB_PROVIDER_KIND: 'cog', JOB_PROVIDER_TOKEN: '' };
    ({ api: other, stop: stopOther } = await startSecondApi(stack, provider));
  }, 30_000);
  afterAll(() => stopOther());

  const uploadOf = async (customerId: string): Promise<string> => {
    const form = new FormData();
    form.set('customerId', customerId);
    const picture = await sharp({
      create: { width: 64, height: 64, channels: 3, background: '#336699' },
    })
      .png()
      .toBuffer();
    form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
    const answer = await fetch(`${stack.dev.apiUrl}/v1/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.dev.apiKey}` },
      body: form,
    });
    return ((await answer.json()) as { id: string }).id;
  };

  it('is known by the quote, with its reason, and pictures are sold all the same', async () => {
    const customerId = await subscribe(api);
    const training = { customerId, action: 'train_model', input: {} };
    expect((await api.post('/v1/quotes', training)).body).toMatchObject({ allowed: true, reasons: [] });
    expect((await other.post('/v1/quotes', training)).body).toMatchObject({
      allowed: false,
      reasons: ['provider_unable'],
    });
    const painting = await imagesOf(api, customerId);
    expect((await other.post('/v1/quotes', painting)).body).toMatchObject({ allowed: true });
  });

  it('refuses a training with 409 before credits are held', async () => {
    const customerId = await subscribe(api);
    const uploadIds = await Promise.all([1, 2, 3].map(() => uploadOf(customerId)));
    const input = { name: 'Mine', visibility: 'private', uploadIds };
    const refused = await other.post('/v1/spends', { customerId, action: 'train_model', input });
    expect(refused).toMatchObject({ status: 409, body: { code: 'provider_unable' } });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 510, held: 0 });
    expect((await api.get(`/v1/customers/${customerId}/spends`)).body).toMatchObject({ data: [] });
  });

  it('comes after what the plan and the credits say', async () => {
    const customerId = await arrive(api);
    const quote = await other.post('/v1/quotes', { customerId, action: 'train_model', input: {} });
    expect(quote.body).toMatchObject({ allowed: false, reasons: ['plan_required'] });
  });
});
