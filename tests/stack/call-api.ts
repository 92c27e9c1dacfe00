import { randomUUID } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls a running API with a key of its own for every POST; answers status and body. */
export function apiAt(url: string, apiKey: string) {
  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${apiKey}`,
        'Idempotency-Key': randomUUID(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>),
    };
  }
  return {
    get: (path: string) => call('GET', path),
    post: (path: string, body: unknown) => call('POST', path, body),
  };
}

export type Api = ReturnType<typeof apiAt>;

/** A new customer with the ten credits of the sign-up; answers the id. */
export async function arrive(api: Api, externalId: string): Promise<string> {
  const { status, body } = await api.post('/v1/customers', { externalId });
  if (status !== 201) throw new Error(`${String(status)} ${JSON.stringify(body)}`);
  return String(body['id']);
}

/** The body for one spend on the first public model there is. */
export async function pictureOf(api: Api, customerId: string, prompt: string, count: number) {
  const { body } = await api.get('/v1/models?visibility=public');
  const [model] = body['data'] as readonly { id: string }[];
  if (model === undefined) throw new Error('There is no public model');
  return { customerId, action: 'generate_images', input: { modelId: model.id, prompt, count } };
}
