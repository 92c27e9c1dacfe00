import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApi } from '../../src/api/create-api';
import { createHttpServer } from '../../src/api/http/http-server';
import { createInFlight } from '../../src/api/http/in-flight';
import { createSpendWatch } from '../../src/api/operations/spends/spend-watch';
import { createUploadTurns } from '../../src/api/operations/works/upload-door';
import type { Instant } from '../../src/domain/instants';
import { createPictureDesk } from '../../src/media/picture-desk';
import { createMetrics } from '../../src/platform/metrics';
import { wallInstant } from '../../src/platform/clock';
import { createApiKey } from '../../src/store/api-keys';
import { createApiClient, type ApiClient } from '../api/api-client';
import { openHouse, type House } from '../workflows/house';
import { startSilentStripe, STRIPE_KEY } from '../workflows/stripe';

/** A house with its API and its Stripe in this process, on a clock that the test moves. No worker runs. */
export interface CatalogHouse extends House {
  readonly api: ApiClient;
  setNow(at: Instant): void;
  now(): Instant;
}

export async function openCatalogHouse(): Promise<CatalogHouse> {
  let now = wallInstant();
  const clock = { now: () => Promise.resolve(now) };
  const stripe = await startSilentStripe(clock);
  const house = await openHouse({ clock, stripe: { url: stripe.url, secretKey: STRIPE_KEY } });
  const closing = new AbortController();
  const parts = {
    ...house.deps,
    metrics: createMetrics('api'),
    temporalUi: undefined,
    uploadTurns: createUploadTurns(),
    pictureDesk: createPictureDesk('no picture is looked at'),
    inFlight: createInFlight(),
    spendWatch: createSpendWatch(house.db),
    noticeCredits: () => Promise.resolve(),
    closing: closing.signal,
  };
  const server = createHttpServer(createApi(parts), parts.publicUrl);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const keyOf = async (scopes: readonly ('customer' | 'operator')[]) =>
    (await house.asOwner((owner) => createApiKey(owner, { name: 'test', scopes, createdAt: now }))).secret;
  const api = await createApiClient({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: await keyOf(['customer']),
    operatorKey: await keyOf(['operator']),
  });
  return {
    ...house,
    api,
    now: () => now,
    setNow(at) {
      now = at;
    },
    async stop() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await house.stop();
      await stripe.close();
    },
  };
}

/** What a customer has, as the API says. */
export async function balanceOf(
  { api }: CatalogHouse,
  customerId: string,
): Promise<{ readonly available: number; readonly held: number }> {
  const { status, body } = await api.get<{ available: number; held: number }>(
    `/v1/customers/${customerId}/balance`,
  );
  expect(status).toBe(200);
  expect(body.available).toBeGreaterThanOrEqual(0);
  return { available: body.available, held: body.held };
}
