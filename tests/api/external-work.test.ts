import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { SpendView } from '../../src/api/operations/spends/spend-view';
import { findPackageRoot } from '../../src/platform/package-root';
import { fileOf, scrip } from '../cli/scrip';
import type { Answer, Options, Problem } from './api-client';
import { arrive, balanceOf, imagesOf } from './people';
import { useStack } from './use-stack';

type SpendAnswer = SpendView & Problem;

const INPUT = {
  type: 'object',
  additionalProperties: false,
  required: ['tokensIn', 'tokensOut'],
  properties: {
    tokensIn: { type: 'integer', minimum: 0, maximum: 100_000 },
    tokensOut: { type: 'integer', minimum: 0, maximum: 100_000 },
  },
};
const ACTIONS = {
  write_text: {
    price: '0.001',
    quantity: 'input.tokensIn + input.tokensOut',
    unit: 'token',
    runs: 'external',
    deadline: 'PT1H',
    input: INPUT,
  },
  write_page: {
    price: 1,
    quantity: 'input.pages',
    unit: 'page',
    runs: 'external',
    silence: null,
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['pages'],
      properties: {
        pages: { type: 'integer', minimum: 1, maximum: 100 },
        title: { type: 'string', maxLength: 100 },
      },
    },
  },
};
const JSON_KIB = 1024;

describe('external work over HTTP', () => {
  const { stack, api } = useStack();

  beforeAll(async () => {
    const text = await readFile(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8');
    const document = parse(text) as { actions: object };
    const whole = { ...document, version: 'external-2027', actions: { ...document.actions, ...ACTIONS } };
    const file = await fileOf('external.yaml', stringify(whole));
    const { code, stderr } = await scrip(stack.home, 'catalog', 'publish', file);
    expect([code, stderr]).toEqual([0, '']);
  }, 240_000);

  const begin = async (input: object = { pages: 5 }, action = 'write_page'): Promise<SpendAnswer> => {
    const customerId = await arrive(api);
    const begun = await api.post<SpendAnswer>('/v1/spends', { customerId, action, input });
    expect(begun.status).toBe(202);
    return begun.body;
  };
  const tell = (call: string, { id }: { id: string }, body?: object, options?: Options) =>
    api.post<SpendAnswer>(`/v1/spends/${id}/${call}`, body, options);
  const heartbeat = (spend: { id: string }, body?: object) => tell('heartbeat', spend, body, { key: null });
  const read = async ({ id }: { id: string }) => (await api.get<SpendAnswer>(`/v1/spends/${id}`)).body;
  const expectRefused = (answer: Answer<SpendAnswer>, status: number, code: string) =>
    expect(answer).toMatchObject({ status, body: { code } });
  /** Kills a part as a crash does, and waits until the stack has started it again and it answers. */
  const kill = async (part: 'api' | 'worker') => {
    const old = (await stack.readDev()).pids[part]!;
    process.kill(old, 'SIGKILL');
    for (;;) {
      const dev = await stack.readDev().catch(() => undefined);
      const isReady = await fetch(`${stack.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (dev?.pids[part] !== undefined && dev.pids[part] !== old && isReady) return;
      await delay(50);
    }
  };

  it('is held, heard of, completed and said in words, whatever dies between any two calls', async () => {
    const spend = await begin({ tokensIn: 6_000, tokensOut: 2_000 }, 'write_text');
    expect(spend).toMatchObject({
      status: 'reserved',
      credits: { reserved: 8 },
      heardAt: null,
      progress: null,
      output: null,
      shortfall: null,
      cost: null,
    });
    expect(spend.deadlineAt).toEqual(expect.any(String));
    await kill('worker');
    await kill('api');
    const heard = await heartbeat(spend, { progress: { percent: 40 } });
    expect(heard).toMatchObject({ status: 200, body: { status: 'running', progress: { percent: 40 } } });
    expect(heard.body.heardAt).toEqual(expect.any(String));
    await kill('api');
    await kill('worker');
    const body = {
      input: { tokensIn: 5_100, tokensOut: 900 },
      output: { text: 'Once upon a time' },
      cost: { amountMinor: 3, currency: 'usd' },
    };
    const done = await tell('complete', spend, body, { key: 'done' });
    expect(done).toMatchObject({
      status: 200,
      replayed: false,
      body: {
        status: 'succeeded',
        credits: { reserved: 8, captured: 6, released: 2 },
        output: { text: 'Once upon a time' },
        cost: { amountMinor: 3, currency: 'usd' },
        shortfall: 0,
      },
    });
    await kill('worker');
    await kill('api');
    expect(await tell('complete', spend, body, { key: 'done' })).toMatchObject({
      status: 200,
      replayed: true,
      body: done.body,
    });
    expect(await balanceOf(api, spend.customerId)).toMatchObject({ available: 4, held: 0 });
    const statement = await api.get<{ data: { code: string; reason: string }[] }>(
      `/v1/customers/${spend.customerId}/statement`,
    );
    expect(
      statement.body.data
        .map(({ code, reason }) => `${code}: ${reason}`)
        .slice(0, 3)
        .sort(),
    ).toEqual([
      'capture: Write text: 6,000 tokens',
      'hold: Write text: 8,000 tokens',
      'release: Write text: 6,000 tokens',
    ]);
  }, 240_000);

  it('captures units, all of them, or none, and says what it came to beyond the hold', async () => {
    const some = await tell('complete', await begin(), { delivered: 2 });
    expect(some.body).toMatchObject({
      status: 'succeeded',
      credits: { captured: 2, released: 3 },
      shortfall: 0,
    });
    const all = await tell('complete', await begin());
    expect(all.body).toMatchObject({ status: 'succeeded', credits: { captured: 5, released: 0 } });
    const none = await tell('complete', await begin(), { delivered: 0 });
    expect(none.body).toMatchObject({ status: 'succeeded', credits: { captured: 0, released: 5 } });
    const beyond = await tell('complete', await begin(), { input: { pages: 9 } });
    expect(beyond.body).toMatchObject({ credits: { captured: 5, released: 0 }, shortfall: 4 });
  });

  it('fails with the word of who did it, and gives everything back', async () => {
    const failed = await tell('fail', await begin(), { code: 'out_of_ink', detail: 'The pen is empty.' });
    expect(failed).toMatchObject({
      status: 200,
      body: {
        status: 'failed',
        credits: { captured: 0, released: 5 },
        failure: { code: 'out_of_ink', detail: 'The pen is empty.' },
        shortfall: null,
      },
    });
  });

  it('refuses what cannot be, and nothing changes (400)', async () => {
    const spend = await begin();
    const text = await begin({ tokensIn: 1_000, tokensOut: 1_000 }, 'write_text');
    const before = [await read(spend), await read(text)];
    for (const body of [
      { delivered: 6 },
      { delivered: -1 },
      { delivered: 1.5 },
      { delivered: 1, input: { pages: 1 } },
      { input: { pages: 0 } },
      { input: { pages: 1, more: true } },
      { input: { pages: 1, title: 'nul \u0000' } },
      { cost: { amountMinor: 1, currency: 'US' } },
      { cost: { amountMinor: -1, currency: 'usd' } },
      { output: 'x'.repeat(64 * JSON_KIB) },
      { output: JSON.parse('['.repeat(300) + ']'.repeat(300)) as unknown },
      { done: true },
    ]) {
      expectRefused(await tell('complete', spend, body), 400, 'invalid_request');
    }
    for (const body of [
      {},
      { code: 'No' },
      { code: '' },
      { code: 'x'.repeat(65) },
      { code: 'no', detail: 'a\nb' },
    ])
      expectRefused(await tell('fail', spend, body), 400, 'invalid_request');
    expectRefused(await heartbeat(spend, { progress: 'x'.repeat(4 * JSON_KIB) }), 400, 'invalid_request');
    expectRefused(await tell('complete', spend, {}, { key: null }), 400, 'idempotency_key_required');
    expectRefused(await tell('fail', spend, { code: 'no' }, { key: null }), 400, 'idempotency_key_required');
    const uncomputable = await tell(
      'complete',
      text,
      { input: { tokensIn: 1, tokensOut: 0 } },
      { key: 'odd' },
    );
    expectRefused(uncomputable, 400, 'price_not_computable');
    expect([await read(spend), await read(text)]).toEqual(before);
    // The key stands for nothing yet.
    expect(
      await tell('complete', text, { input: { tokensIn: 1_000, tokensOut: 0 } }, { key: 'odd' }),
    ).toMatchObject({
      status: 200,
      body: { credits: { captured: 1, released: 1 } },
    });
  });

  it('knows no other spends, and is not for portal tokens (404)', async () => {
    const spend = await begin();
    const session = await api.post<{ url: string }>('/v1/portal-sessions', { customerId: spend.customerId });
    const token = new URL(session.body.url).hash.split('token=')[1] ?? session.body.url.split('token=')[1]!;
    const headers = { Authorization: `Bearer ${token}` };
    for (const [call, body] of [
      ['heartbeat', {}],
      ['complete', {}],
      ['fail', { code: 'no' }],
    ] as const) {
      expectRefused(await tell(call, { id: 'spd_nowhere' }, body), 404, 'not_found');
      expect((await tell(call, spend, body, { headers })).status).toBe(404);
    }
    await tell('complete', spend, { cost: { amountMinor: 7, currency: 'usd' } });
    expect((await read(spend)).cost).toEqual({ amountMinor: 7, currency: 'usd' });
    const seen = await api.get<SpendAnswer>(`/v1/spends/${spend.id}`, { headers });
    expect(seen).toMatchObject({ status: 200, body: { cost: null } });
  });

  it('is told of in time or not at all (409)', async () => {
    const customerId = await arrive(api);
    const images = await api.post<SpendAnswer>('/v1/spends', await imagesOf(api, customerId, 1));
    const ended = await begin();
    await tell('complete', ended);
    const canceled = await begin();
    expect((await tell('cancel', canceled)).status).toBe(202);
    const gone = await api.get<SpendAnswer>(`/v1/spends/${canceled.id}?wait=30`);
    expect(gone.body).toMatchObject({
      status: 'canceled',
      credits: { captured: 0, released: 5 },
      failure: null,
    });
    for (const spend of [images.body, ended, canceled]) {
      const before = spend === images.body ? undefined : await read(spend);
      expectRefused(await heartbeat(spend), 409, 'state_conflict');
      expectRefused(await tell('complete', spend), 409, 'state_conflict');
      expectRefused(await tell('fail', spend, { code: 'no' }), 409, 'state_conflict');
      if (before !== undefined) expect(await read(spend)).toEqual(before);
    }
  });

  it('gives one answer to a key, before it looks at the state (422)', async () => {
    const spend = await begin();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => tell('complete', spend, { delivered: 3 }, { key: 'once' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expectRefused(
      await tell('complete', spend, { delivered: 2 }, { key: 'once' }),
      422,
      'idempotency_key_reused',
    );
    expectRefused(await tell('complete', spend, { delivered: 3 }, { key: 'twice' }), 409, 'state_conflict');
    expect(await balanceOf(api, spend.customerId)).toMatchObject({ available: 7, held: 0 });
  });

  it('ends once when it is completed, failed and canceled at the same moment', async () => {
    const spend = await begin();
    const [completed, failed] = await Promise.all([
      tell('complete', spend, { delivered: 5 }),
      tell('fail', spend, { code: 'lost' }),
      tell('cancel', spend),
    ]);
    const { body } = await api.get<SpendAnswer>(`/v1/spends/${spend.id}?wait=30`);
    expect(completed.status === 200).toBe(body.status === 'succeeded');
    expect(failed.status === 200).toBe(body.status === 'failed');
    const captured = body.status === 'succeeded' ? 5 : 0;
    expect(body.credits).toEqual({ reserved: 5, captured, released: 5 - captured });
    expect(await balanceOf(api, spend.customerId)).toMatchObject({ available: 10 - captured, held: 0 });
  });

  it('records a report that it can tell nobody of now, and answers its repeat', async () => {
    const spend = await begin();
    const { pids } = await stack.readDev();
    process.kill(pids.temporal!, 'SIGSTOP');
    try {
      const untold = await tell('complete', spend, { delivered: 4 }, { key: 'untold' });
      expectRefused(untold, 503, 'unavailable');
      expect(untold.headers.get('retry-after')).toBe('1');
      expect((await heartbeat(spend)).status).toBe(200);
    } finally {
      process.kill(pids.temporal!, 'SIGCONT');
    }
    let answer: Answer<SpendAnswer>;
    do answer = await tell('complete', spend, { delivered: 4 }, { key: 'untold' });
    while (answer.status === 503);
    expect(answer).toMatchObject({ status: 200, body: { credits: { captured: 4, released: 1 } } });
    expect(await balanceOf(api, spend.customerId)).toMatchObject({ available: 6, held: 0 });
  }, 90_000);

  it('shows its progress as it comes', async () => {
    const spend = await begin();
    const stream = await fetch(`${stack.url}/v1/spends/${spend.id}/events`, {
      headers: { Authorization: `Bearer ${stack.dev.apiKey}` },
    });
    let seen = '';
    let told = 0;
    for await (const chunk of stream.body!) {
      seen += Buffer.from(chunk).toString();
      const events = [...seen.matchAll(/^event: progress$/gm)].length;
      if (told === events && told < 3) await heartbeat(spend, { progress: ++told * 30 });
      else if (events === 3 && !seen.includes('succeeded')) void tell('complete', spend, {}, { key: 'end' });
    }
    const progress = [...seen.matchAll(/^event: progress\ndata: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data!) as { progress: number }).progress,
    );
    expect(progress).toEqual([30, 60, 90]);
    expect(seen.trimEnd().split('\n').at(-1)).toContain('"status":"succeeded"');
  }, 30_000);
});
