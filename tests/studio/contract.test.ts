import { Webhook } from 'standardwebhooks';
import { startReceiver, type Receiver } from './receiver';
import { prediction, SECRET, startTestStudio, type JobObject, type TestStudio } from './test-studio';

describe('the studio', () => {
  let studio: TestStudio;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    studio = await startTestStudio();
  });

  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    await studio.stop();
  });

  const receive = async (statuses?: readonly number[]): Promise<Receiver> => {
    const receiver = await startReceiver(statuses);
    receivers.push(receiver);
    return receiver;
  };
  const put = (id: string, body: unknown) => studio.call('PUT', `/predictions/${id}`, body);

  it('takes a job, paints it and serves its picture to whoever knows the address', async () => {
    const answer = await put('spd_taken', prediction('a harbour', { num_outputs: 2 }));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ id: 'spd_taken', status: 'starting', output: null });
    const job = await studio.finished('/predictions/spd_taken');
    expect(job).toMatchObject({
      status: 'succeeded',
      error: null,
      metrics: { outputs_delivered: 2, progress: 100 },
    });
    const picture = await fetch((job.output as string[])[0]!);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect((await studio.call('GET', '/outputs/00/0.png')).status).toBe(404);
  });

  it('answers a repeat of the same request with the job, and refuses another under its id', async () => {
    await put('spd_repeat', prediction('a meadow'));
    const again = await put('spd_repeat', prediction('a meadow'));
    expect([again.status, (await again.json()) as JobObject]).toMatchObject([200, { id: 'spd_repeat' }]);
    expect((await put('spd_repeat', prediction('a forest'))).status).toBe(422);
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await put('spd_at_once', prediction('a city'))).status),
    );
    expect(statuses.sort()).toEqual([...Array<number>(9).fill(200), 202]);
  });

  it('keeps apart what is a training and what is a prediction, and what nobody made', async () => {
    await put('spd_apart', prediction('a meadow'));
    expect((await studio.call('GET', '/trainings/spd_apart')).status).toBe(404);
    expect((await studio.call('POST', '/predictions/spd_nobody/cancel')).status).toBe(404);
    expect((await studio.call('GET', '/paintings/spd_apart')).status).toBe(404);
  });

  it('gives ids of its own to those who bring none, the same for the same idempotency key', async () => {
    const post = async (key: string): Promise<JobObject> =>
      (await (
        await studio.call('POST', '/predictions', prediction('a hill'), { 'idempotency-key': key })
      ).json()) as JobObject;
    const [first, again, other] = [await post('one'), await post('one'), await post('two')];
    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
  });

  it.each([
    ['no token', 401, prediction('x'), { authorization: 'Bearer wrong' }],
    ['no version', 400, { input: { prompt: 'x' } }, {}],
    ['no prompt', 422, { version: 'house-night-ink-1', input: {} }, {}],
    ['too many outputs', 422, prediction('x', { num_outputs: 101 }), {}],
    ['half an output', 422, prediction('x', { num_outputs: 1.5 }), {}],
    ['an unknown version', 422, prediction('x', {}, { version: '../../etc/passwd' }), {}],
    ['what it will not paint', 422, prediction('x [studio: reject]'), {}],
  ])('refuses a create with %s as a problem', async (_what, status, body, headers) => {
    const answer = await studio.call('PUT', '/predictions/spd_refused', body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, detail: expect.any(String) as string });
    expect((await studio.call('GET', '/predictions/spd_refused')).status).toBe(404);
  });

  it('refuses ids that are none, and bodies that are no JSON', async () => {
    expect((await put('short', prediction('x'))).status).toBe(400);
    expect((await put('..%2F..%2Fescape', prediction('x'))).status).toBe(400);
    const headers = { authorization: 'Bearer studio-token', 'content-type': 'application/json' };
    const broken = await fetch(`${studio.url}/predictions/spd_broken`, {
      method: 'PUT',
      headers,
      body: '{',
    });
    expect(broken.status).toBe(400);
  });

  it('delivers all but the outputs that were told to fail', async () => {
    await put('spd_partial', prediction('a hill [studio: fail-at=2, fail-at=4]', { num_outputs: 4 }));
    const job = await studio.finished('/predictions/spd_partial');
    expect(job.status).toBe('succeeded');
    const url = expect.stringMatching(/^http.*\.png$/) as string;
    expect(job.output).toEqual([url, null, url, null]);
  });

  it('fails with what it had delivered by then', async () => {
    await put('spd_fail', prediction('a hill [studio: fail-after=1]', { num_outputs: 3 }));
    const job = await studio.finished('/predictions/spd_fail');
    expect(job).toMatchObject({ status: 'failed', x_engine: { error_code: 'provider_error' } });
    expect((job.output as unknown[]).filter((output) => output !== null)).toHaveLength(1);
  });

  it('ends a canceled job with what is delivered, and never changes one that has ended', async () => {
    await put('spd_cancel', prediction('a hill [studio: delay=20m, fail-at=9]', { num_outputs: 100 }));
    await studio.until('/predictions/spd_cancel', ({ status }) => status === 'processing');
    const canceled = (await (
      await studio.call('POST', '/predictions/spd_cancel/cancel')
    ).json()) as JobObject;
    expect(canceled.status).toBe('canceled');
    expect(canceled.output).toHaveLength(100);
    expect(await studio.finished('/predictions/spd_cancel')).toEqual(canceled);

    await put('spd_ended', prediction('a hill'));
    const ended = await studio.finished('/predictions/spd_ended');
    expect(await (await studio.call('POST', '/predictions/spd_ended/cancel')).json()).toEqual(ended);
  });

  it('takes a job whose acknowledgement it loses', async () => {
    const body = prediction('a hill [studio: lose-ack]');
    await expect(put('spd_lost_ack', body)).rejects.toThrow();
    expect((await studio.finished('/predictions/spd_lost_ack')).status).toBe('succeeded');
    expect((await put('spd_lost_ack', body)).status).toBe(200);
  });

  it('answers 409 when all places are taken, and aborts what has not begun', async () => {
    const small = await startTestStudio({ slots: 1, jobsMax: 2 });
    try {
      const make = (id: string) =>
        small.call('PUT', `/predictions/${id}`, prediction('x [studio: delay=1h]'));
      await make('spd_first');
      await small.until('/predictions/spd_first', ({ status }) => status === 'processing');
      await make('spd_second');
      const refused = await make('spd_third');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, '1']);
      expect(await (await fetch(`${small.url}/health-check`)).json()).toEqual({ status: 'BUSY' });
      const aborted = await small.call('POST', '/predictions/spd_second/cancel');
      expect(await aborted.json()).toMatchObject({ status: 'aborted', output: null });
      expect((await make('spd_third')).status).toBe(202);
    } finally {
      await small.stop();
    }
  });

  describe('reports the end', () => {
    const reportTo = async (id: string, prompt: string, receiver: Receiver): Promise<void> => {
      const rest = { webhook: `${receiver.url}/webhooks/jobs`, webhook_events_filter: ['completed'] };
      await put(id, prediction(prompt, {}, rest));
    };

    it('by a signed webhook, repeated under the same id until it is heard', async () => {
      const receiver = await receive([500, 503]);
      await reportTo('spd_heard', 'a hill', receiver);
      const deliveries = await receiver.received(3);
      for (const { headers, rawBody } of deliveries) {
        const verified = new Webhook(SECRET).verify(rawBody, headers as Record<string, string>);
        expect(verified).toMatchObject({ id: 'spd_heard', status: 'succeeded' });
      }
      expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    });

    it('twice when told to, and not at all when told not to', async () => {
      const receiver = await receive();
      await reportTo('spd_silent', 'a hill [studio: no-webhook]', receiver);
      await studio.finished('/predictions/spd_silent');
      await reportTo('spd_twice', 'a hill [studio: duplicate-webhook]', receiver);
      const deliveries = await receiver.received(2);
      expect(deliveries.map(({ body }) => body.id)).toEqual(['spd_twice', 'spd_twice']);
    });

    it('and each step before it to those who ask', async () => {
      const receiver = await receive();
      await put('spd_steps', prediction('a hill', {}, { webhook: receiver.url }));
      const deliveries = await receiver.received(3);
      const ids = deliveries.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids)).toEqual(
        new Set(['start', 'output', 'completed'].map((event) => `msg_predictions_spd_steps_${event}`)),
      );
    });
  });
});
