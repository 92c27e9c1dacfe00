import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SpendView } from '../../src/api/operations/spends/spend-view';
import { findPackageRoot } from '../../src/platform/package-root';
import type { Answer, ApiClient, Problem } from './api-client';

const TEST_CARD = 'number=4242424242424242';
const PATIENCE_MS = 30_000;

/** A new customer with the ten credits of Free. */
export async function arrive(api: ApiClient): Promise<string> {
  const { body } = await api.post<{ id: string }>('/v1/customers', { externalId: randomUUID() });
  return body.id;
}

/** A new customer of the Standard plan: 510 credits. */
export async function subscribe(api: ApiClient): Promise<string> {
  const customerId = await arrive(api);
  const subscription = await api.post<{ checkoutUrl: string }>('/v1/subscriptions', {
    customerId,
    plan: 'standard',
    interval: 'month',
    collection: 'checkout',
  });
  await pay(subscription.body.checkoutUrl);
  await until(async () => (await balanceOf(api, customerId)).available === 510);
  return customerId;
}

/** Pays on a checkout page as a customer does. */
export async function pay(checkoutUrl: string): Promise<void> {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await fetch(checkoutUrl, { method: 'POST', headers: form, body: TEST_CARD, redirect: 'manual' });
}

export async function balanceOf(
  api: ApiClient,
  customerId: string,
): Promise<{ available: number; held: number; total: number; owed: number }> {
  const answer = await api.get<{ available: number; held: number; total: number; owed: number }>(
    `/v1/customers/${customerId}/balance`,
  );
  return answer.body;
}

/** Erases a customer with whatever runs for them, and waits until they are. */
export async function erase(api: ApiClient, customerId: string): Promise<void> {
  await until(async () => (await api.send('DELETE', `/v1/customers/${customerId}?end=now`)).status === 204);
}

/** What a spend with the house artist's first model takes. */
export async function imagesOf(api: ApiClient, customerId: string, count = 1, prompt = 'a quiet harbour') {
  const models = await api.get<{ data: { id: string }[] }>('/v1/models?visibility=public');
  const modelId = models.body.data[0]!.id;
  return { customerId, action: 'generate_images', input: { modelId, prompt, count } };
}

/** Starts a spend and waits for its end. */
export async function spend(api: ApiClient, request: unknown): Promise<SpendView> {
  const begun = await api.post<SpendView & Problem>('/v1/spends', request);
  if (begun.status >= 400) throw new Error(`The spend was refused: ${begun.body.code}`);
  const ended = await api.get<SpendView>(`/v1/spends/${begun.body.id}?wait=60`);
  return ended.body;
}

/** Uploads the pictures of the repository. */
export async function uploadPictures(api: ApiClient, customerId: string): Promise<string[]> {
  const folder = join(findPackageRoot(), 'examples/pictures');
  const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp)$/.test(name));
  const answers = await Promise.all(
    names.map(async (name) => upload(api, customerId, await readFile(join(folder, name)))),
  );
  return answers.map(({ body }) => body.id);
}

export function upload(
  api: ApiClient,
  customerId: string,
  bytes: Buffer,
): Promise<Answer<{ id: string } & Problem>> {
  const form = new FormData();
  form.set('customerId', customerId);
  form.set('file', new Blob([new Uint8Array(bytes)]), 'picture');
  return api.post('/v1/uploads', form, { key: null });
}

/** Asks again until it is so: for what arrives by webhook. Throws when it never is. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('It never came true.');
    await delay(100);
  }
}
