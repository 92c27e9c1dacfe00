import { randomUUID } from 'node:crypto';
import type { OpenApi } from '../../src/api/http/openapi-document';
import { createAnswerCheck } from './answer-check';

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
  /** Whether it says that it was given before. */
  readonly replayed: boolean;
}

export interface Options {
  /** An Idempotency-Key; a fresh one for every POST that names none, null to send none. */
  readonly key?: string | null;
  readonly operator?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API as an integrating server uses it. Every answer is held to the API's own description. */
export interface ApiClient {
  get<Body = Problem>(path: string, options?: Options): Promise<Answer<Body>>;
  post<Body = Problem>(path: string, body?: unknown, options?: Options): Promise<Answer<Body>>;
  send<Body = Problem>(
    method: string,
    path: string,
    body?: unknown,
    options?: Options,
  ): Promise<Answer<Body>>;
}

export interface Problem {
  readonly code: string;
  readonly requestId: string;
  readonly [member: string]: unknown;
}

export async function createApiClient(stack: {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly operatorKey: string;
}): Promise<ApiClient> {
  const description = await fetch(`${stack.apiUrl}/openapi.json`);
  const check = createAnswerCheck((await description.json()) as OpenApi);

  async function send<Body>(
    method: string,
    path: string,
    body?: unknown,
    { key, operator = false, headers = {} }: Options = {},
  ): Promise<Answer<Body>> {
    const idempotencyKey = key === undefined && method === 'POST' ? randomUUID() : key;
    const isJson = body !== undefined && !(body instanceof FormData);
    const response = await fetch(stack.apiUrl + path, {
      method,
      headers: {
        Authorization: `Bearer ${operator ? stack.operatorKey : stack.apiKey}`,
        ...(typeof idempotencyKey === 'string' ? { 'Idempotency-Key': idempotencyKey } : {}),
        ...(isJson ? { 'Content-Type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
    });
    const contentType = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const text = await response.text();
    const parsed: unknown = contentType.endsWith('json') ? JSON.parse(text) : text;
    const { status, headers: answered } = response;
    check({ method, path: path.split('?')[0] ?? '', status, contentType, headers: answered, body: parsed });
    return {
      status: response.status,
      body: parsed as Body,
      headers: response.headers,
      replayed: response.headers.get('idempotency-replayed') === 'true',
    };
  }

  return {
    send,
    get: (path, options) => send('GET', path, undefined, options),
    post: (path, body, options) => send('POST', path, body, options),
  };
}
