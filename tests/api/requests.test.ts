import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';
import type { Problem } from './api-client';
import { BAD_REQUESTS, type BadRequest } from './bad-requests';
import { arrive, balanceOf, upload } from './people';
import { useStack } from './use-stack';

describe('requests that are wrong', () => {
  const { stack, api } = useStack();
  let ids: { readonly customer: string; readonly model: string };

  beforeAll(async () => {
    const models = await api.get<{ data: { id: string }[] }>('/v1/models');
    ids = { customer: await arrive(api), model: models.body.data[0]!.id };
  });

  it.each(BAD_REQUESTS)('are refused with the right problem and no stack trace: $name', async (request) => {
    const response = await fetch(stack.url + fill(request.path), initOf(request));
    const text = await response.text();
    expect(text).not.toMatch(/node_modules|at \w+ \(|\.[jt]s:\d+|knex|SELECT|syntax error/);
    const problem = JSON.parse(text) as Problem;
    expect({ status: response.status, code: problem.code }).toEqual({
      status: request.status,
      code: request.code,
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(problem.requestId).toBe(response.headers.get('x-request-id'));
    expect(problem['type']).toBe(`${stack.url}/docs/problems/${problem.code}`);
  });

  it('change nothing', async () => {
    expect(await balanceOf(api, ids.customer)).toMatchObject({ available: 10, held: 0, owed: 0 });
    const spends = await api.get<{ data: unknown[] }>(`/v1/customers/${ids.customer}/spends`);
    expect(spends.body.data).toEqual([]);
    const statement = await api.get<{ data: unknown[] }>(`/v1/customers/${ids.customer}/statement`);
    expect(statement.body.data).toHaveLength(1);
  });

  it('are told apart from pictures: what is none, too small or too large is refused', async () => {
    const [picture] = await pictures();
    expect((await upload(api, ids.customer, picture!)).status).toBe(201);
    expect((await upload(api, 'nobody', picture!)).status).toBe(404);
    const refusals = [
      Buffer.alloc(0),
      Buffer.from('just text'),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'),
      picture!.subarray(0, picture!.length / 2),
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
    ];
    for (const bytes of refusals) {
      expect(await upload(api, ids.customer, bytes)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    }
    const huge = await upload(api, ids.customer, Buffer.alloc(21_000_000));
    expect(huge).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('are given up when the client stalls, in its headers or in its body', async () => {
    const head = 'POST /v1/spends HTTP/1.1\r\nHost: x\r\n';
    const authorized = `${head}Authorization: Bearer ${stack.dev.apiKey}\r\nContent-Type: application/json\r\n`;
    const [inHeaders, inBody, noHttp] = await Promise.all([
      speak(stack.url, head),
      speak(stack.url, `${authorized}Content-Length: 50\r\n\r\n{"customerId":`),
      speak(stack.url, 'this is not HTTP\r\n\r\n'),
    ]);
    for (const answer of [inHeaders, inBody, noHttp]) {
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toMatch(/"code":"invalid_request"/);
    }
  }, 30_000);

  it('are answered with a request id however far from HTTP they are', async () => {
    const wrong = [
      'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n',
      'CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nLong: ${'x'.repeat(20_000)}\r\n\r\n`,
    ];
    for (const text of wrong) {
      expect(await speak(stack.url, text)).toMatch(
        /^HTTP\/1\.1 400 [^]*X-Request-Id: [^]*"code":"invalid_request"/,
      );
    }
    const expecting = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: wonders\r\n\r\n';
    expect(await speak(stack.url, expecting)).toMatch(/^HTTP\/1\.1 200 [^]*X-Request-Id: /);
  });

  it('leave the server well', async () => {
    expect((await api.get('/healthz')).status).toBe(200);
    expect((await api.get('/readyz')).status).toBe(200);
    const metrics = await fetch(`${stack.url}/metrics`);
    expect(await metrics.text()).toMatch(/scrip_http_request_duration_seconds_count\{.*status="413"/);
  });

  it('are refused with 400 when they name two intents, whatever the names are', async () => {
    const lines = (keys: readonly string[]) => keys.map((key) => `Idempotency-Key: ${key}\r\n`).join('');
    const body = JSON.stringify({ customerId: ids.customer, credits: 1, reference: 'x' });
    const hold = (keys: readonly string[]) =>
      speak(
        stack.url,
        `POST /v1/holds HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${stack.dev.apiKey}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n${lines(keys)}\r\n${body}`,
      );
    for (const keys of [
      ['one', 'two'],
      ['same', 'same'],
      ['', 'one'],
      ['one', ''],
    ]) {
      expect(await hold(keys)).toMatch(/^HTTP\/1\.1 400 [^]*"code":"invalid_request"[^]*two Idempotency-Key/);
    }
    expect(await balanceOf(api, ids.customer)).toMatchObject({ available: 10, held: 0 });
    expect(await hold(['one, two'])).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('are told which methods a path takes, and HEAD is GET without the body', async () => {
    const answers = await Promise.all(
      ['OPTIONS', 'PUT', 'HEAD', 'GET'].map((method) => fetch(`${stack.url}/v1/customers/x`, { method })),
    );
    expect(answers.map(({ status }) => status)).toEqual([204, 405, 401, 401]);
    const allowed = answers.map(({ headers }) => headers.get('allow'));
    expect(allowed).toEqual(['GET, DELETE, HEAD, OPTIONS', 'GET, DELETE, HEAD, OPTIONS', null, null]);
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => fetch(`${stack.url}/healthz`, { method })),
    );
    expect([head!.status, await head!.text()]).toEqual([200, '']);
    expect(head!.headers.get('content-length')).toBe(get!.headers.get('content-length'));
  });

  it('are answered with a page where a person looks, and with a problem where a program does', async () => {
    const browser = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const places: [path: string, status: number, method?: string][] = [
      ['/nowhere', 404],
      ['/', 404],
      ['/docs/problems/nothing', 404],
      ['/docs/problems/%E0%A4%A', 400],
      ['/account', 405, 'POST'],
    ];
    for (const [path, status, method = 'GET'] of places) {
      const page = await fetch(stack.url + path, { method, headers: browser });
      expect([path, page.status]).toEqual([path, status]);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(await page.text()).toContain(page.headers.get('x-request-id')!);
      const problem = await fetch(stack.url + path, { method });
      expect([path, problem.status]).toEqual([path, status]);
      expect(problem.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    const ofApi = await fetch(`${stack.url}/v1/nothing`, { headers: browser });
    expect(ofApi.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('may have parameters that a page does not know', async () => {
    for (const path of ['/docs', '/docs/operators', '/account', '/docs/problems/not_found']) {
      const page = await fetch(`${stack.url}${path}?utm_source=x&a[b]=c&a=1&a=2`);
      expect([path, page.status]).toEqual([path, 200]);
    }
  });

  it('find their explanation on the server itself', async () => {
    const docs = await fetch(`${stack.url}/docs`);
    const page = await docs.text();
    expect(page).toContain('/v1/spends/{id}/cancel');
    expect(page).not.toMatch(/(src|href)="https?:/);
    const problem = await fetch(`${stack.url}/docs/problems/insufficient_credits`);
    expect(await problem.text()).toContain('<h1 id="insufficient_credits">insufficient_credits</h1>');
    for (const { headers } of [docs, problem]) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'none'; style-src 'sha256-[^ ]+';/,
      );
    }
    expect((await fetch(`${stack.url}/docs/problems/..%2F..%2Fpackage`)).status).toBe(404);
  });

  function initOf({ method, body, headers }: BadRequest): RequestInit {
    const given = {
      Authorization: `Bearer ${stack.dev.apiKey}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'POST' ? { 'Idempotency-Key': 'a bad request' } : {}),
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    if (body === undefined) return { method, headers: sent };
    if (Buffer.isBuffer(body)) return { method, headers: sent, body: new Uint8Array(body) };
    return { method, headers: sent, body: fill(typeof body === 'string' ? body : JSON.stringify(body)) };
  }

  function fill(text: string): string {
    return text.replaceAll('{customer}', ids.customer).replaceAll('{model}', ids.model);
  }
});

async function pictures(): Promise<Buffer[]> {
  const names = ['examples/pictures/lagoon.jpg'];
  return Promise.all(names.map((name) => readFile(join(findPackageRoot(), name))));
}

/** Says something on a fresh connection and listens until the server closes it. */
function speak(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', reject).on('close', () => resolve(heard));
  });
}
