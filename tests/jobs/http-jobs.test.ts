import type { ServerResponse } from 'node:http';
import { DomainError } from '../../src/domain/errors';
import { createHttpJobs, type HttpJobsOptions } from '../../src/jobs/http-jobs';
import type { Job, JobRequest, Jobs } from '../../src/jobs/jobs';
import { instantOf } from '../../src/domain/instants';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { startReceiver } from '../studio/receiver';
import { SECRET, startTestStudio, TOKEN, type TestStudio } from '../studio/test-studio';

const now = () => instantOf(Date.now());

function jobsAt(baseUrl: string, options: Partial<HttpJobsOptions> = {}): Jobs {
  return createHttpJobs({ baseUrl, token: TOKEN, webhookSecret: SECRET, submit: 'put', now, ...options });
}

/** Where nobody listens. */
async function freeAddress(): Promise<string> {
  const server = await startLoopbackServer(() => undefined);
  await server.stop();
  return server.url;
}

function request(spendId: string, prompt: string, rest: Partial<JobRequest> = {}): JobRequest {
  const input = { prompt, num_outputs: 2, seed: 7 };
  return {
    kind: 'predictions',
    spendId,
    version: 'house-paper-garden-1',
    input,
    webhookUrl: 'http://127.0.0.1:9',
    ...rest,
  };
}

describe('the HTTP adapter at the studio', () => {
  let studio: TestStudio;
  let jobs: Jobs;

  beforeAll(async () => {
    studio = await startTestStudio();
    jobs = jobsAt(studio.url);
  });

  afterAll(() => studio.stop());

  const finished = async (spendId: string): Promise<Job> => {
    await studio.finished(`/predictions/${spendId}`);
    return (await jobs.find('predictions', spendId))!;
  };

  it('submits under our own id, finds the job by it and fetches what was delivered', async () => {
    const answer = await jobs.submit(request('spd_jobs_one', 'a harbour [studio: fail-at=2]'));
    expect(answer).toMatchObject({
      outcome: 'accepted',
      job: { providerId: 'spd_jobs_one', outputs: [], error: null },
    });
    const job = await finished('spd_jobs_one');
    expect(job).toMatchObject({ status: 'succeeded', progressPercent: 100, modelVersion: null, error: null });
    expect(job.outputs).toEqual([expect.any(String), null]);
    const picture = await jobs.fetchOutput(job.outputs[0]!, 5_000_000);
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
  });

  it('takes a lost acknowledgement for an unknown outcome, and finds the job that was made', async () => {
    const lost = request('spd_jobs_lost', 'a hill [studio: lose-ack]');
    expect(await jobs.submit(lost)).toMatchObject({ outcome: 'unknown' });
    expect(await jobs.find('predictions', 'spd_jobs_lost')).toMatchObject({ providerId: 'spd_jobs_lost' });
    expect(await jobs.submit(lost)).toMatchObject({ outcome: 'accepted' });
  });

  it('says why a job was refused, and why one failed', async () => {
    expect(await jobs.submit(request('spd_jobs_no', 'x [studio: reject]'))).toEqual({
      outcome: 'rejected',
      code: 'content_rejected_input',
      detail: 'The studio does not paint this.',
    });
    await jobs.submit(request('spd_jobs_fail', 'x [studio: fail-after=1]'));
    const failed = await finished('spd_jobs_fail');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
    expect(failed.outputs).toEqual([expect.any(String), null]);
  });

  it('cancels, also what has ended and what never was', async () => {
    await jobs.submit(request('spd_jobs_stop', 'x [studio: delay=1h]'));
    await studio.until('/predictions/spd_jobs_stop', ({ status }) => status === 'processing');
    await jobs.cancel('predictions', 'spd_jobs_stop');
    expect(await jobs.find('predictions', 'spd_jobs_stop')).toMatchObject({
      status: 'canceled',
      outputs: [null, null],
    });
    await jobs.cancel('predictions', 'spd_jobs_stop');
    await jobs.cancel('predictions', 'spd_jobs_nobody');
    expect(await jobs.find('predictions', 'spd_jobs_nobody')).toBeUndefined();
  });

  it('is told to come back when the studio is full', async () => {
    const full = await startTestStudio({ jobsMax: 0 });
    const answer = await jobsAt(full.url).submit(request('spd_jobs_full', 'x'));
    await full.stop();
    expect(answer).toMatchObject({
      outcome: 'busy',
      retryAfterSeconds: 1,
      detail: expect.stringContaining('409') as string,
    });
  });

  it('reads the version that a training made, and no outputs of it', async () => {
    const picture = await jobs.fetchOutput((await finished('spd_jobs_one')).outputs[0]!, 5_000_000);
    const gallery = await startLoopbackServer((_req, res) => res.end(picture));
    const input = { input_images: [`${gallery.url}/a`, `${gallery.url}/b`, `${gallery.url}/c`] };
    const training = request('spd_jobs_train', '', { kind: 'trainings', version: 'trainer', input });
    expect(await jobs.submit(training)).toMatchObject({ outcome: 'accepted' });
    await studio.finished('/trainings/spd_jobs_train');
    await gallery.stop();
    expect(await jobs.find('trainings', 'spd_jobs_train')).toMatchObject({
      status: 'succeeded',
      modelVersion: 'style-spd_jobs_train',
      outputs: [],
    });
  });

  it('hears of the end by a webhook that the studio signed', async () => {
    const receiver = await startReceiver();
    const asked = request('spd_jobs_hook', 'x [studio: duplicate-webhook]', {
      webhookUrl: `${receiver.url}/hook`,
    });
    await jobs.submit(asked);
    const [one, two] = await receiver.received(2);
    await receiver.stop();
    const headers = one!.headers as Record<string, string>;
    expect(jobs.parseWebhook(one!.rawBody, headers)).toEqual({
      webhookId: 'msg_predictions_spd_jobs_hook_completed',
      providerId: 'spd_jobs_hook',
      status: 'succeeded',
      job: null,
    });
    expect(two!.headers['webhook-id']).toBe(headers['webhook-id']);
    expect(() => jobs.parseWebhook(Buffer.concat([one!.rawBody, Buffer.from(' ')]), headers)).toThrow(
      DomainError,
    );
  });

  it('works with a provider that gives ids of its own: the same object, polled by its id', async () => {
    const plain = jobsAt(studio.url, { submit: 'post' });
    expect(plain.capabilities).toEqual({
      ownIds: false,
      poll: true,
      foundAgainWithinMs: 0,
      noTrainings: null,
    });
    const answer = await plain.submit(request('spd_jobs_post', 'a hill'));
    const { job } = answer as { job: Job };
    expect(job.providerId).toMatch(/^job_/);
    await studio.finished(`/predictions/${job.providerId}`);
    expect(await plain.find('predictions', job.providerId)).toMatchObject({ status: 'succeeded' });
  });
});

describe('the HTTP adapter at providers that behave otherwise', () => {
  let provider: LoopbackServer;
  let answer: (res: ServerResponse) => void;
  let jobs: Jobs;

  beforeAll(async () => {
    provider = await startLoopbackServer((_req, res) => answer(res));
    jobs = jobsAt(`${provider.url}/v1/`, { timeoutMs: 200 });
  });

  afterAll(() => provider.stop());

  const says = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    answer = (res) => {
      res.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  };
  const submit = () => jobs.submit(request('spd_other', 'x'));

  it.each([
    ['an error of its own', 503, { detail: 'x' }],
    ['a page that is no job', 200, '<html>'],
    ['an object that is no job', 201, { id: 7 }],
    ['a timeout of its own', 408, {}],
    ['a redirect', 302, ''],
  ])('takes %s for an unknown outcome of a submit', async (_what, status, body) => {
    says(status, body, { location: 'https://example.com/' });
    expect(await submit()).toMatchObject({ outcome: 'unknown' });
  });

  it('takes silence and a broken connection for an unknown outcome, an unreachable host for nothing sent', async () => {
    answer = () => undefined;
    expect(await submit()).toMatchObject({ outcome: 'unknown' });
    answer = (res) => res.destroy();
    expect(await submit()).toMatchObject({ outcome: 'unknown' });
    const nobody = jobsAt(await freeAddress());
    expect(await nobody.submit(request('spd_other', 'x'))).toEqual({
      outcome: 'busy',
      retryAfterSeconds: 1,
      detail: 'the provider cannot be reached: ECONNREFUSED',
    });
  });

  it.each([
    ['7', 7],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 5],
    ['0', 1],
    ['99999', 60],
  ])('waits as long as a full provider says, within reason (%s)', async (retryAfter, retryAfterSeconds) => {
    says(429, {}, { 'retry-after': retryAfter });
    expect(await submit()).toMatchObject({ outcome: 'busy', retryAfterSeconds });
  });

  it('understands refusals in the manner of Replicate, and those that say nothing', async () => {
    says(422, { title: 'Invalid version', detail: 'The version does not exist', status: 422 });
    expect(await submit()).toEqual({
      outcome: 'rejected',
      code: 'invalid_input',
      detail: 'The version does not exist',
    });
    says(400, 'nope');
    expect(await submit()).toMatchObject({ outcome: 'rejected', code: 'invalid_input' });
  });

  it.each([401, 402, 403])('blames no input for what the provider has against us (%d)', async (status) => {
    says(status, { detail: 'not you' });
    expect(await submit()).toEqual({ outcome: 'rejected', code: 'provider_error', detail: 'not you' });
  });

  it('reads a bare object: a scalar is one output, what is no text was not delivered', async () => {
    says(200, { id: 'abc', status: 'succeeded', output: 'data:image/png;base64,AAAA' });
    const job = await jobs.find('predictions', 'abc');
    expect(job).toEqual({
      providerId: 'abc',
      status: 'succeeded',
      outputs: ['data:image/png;base64,AAAA'],
      output: { json: 'data:image/png;base64,AAAA' },
      modelVersion: null,
      progressPercent: null,
      completedAt: null,
      error: null,
    });
    expect(await jobs.fetchOutput(job!.outputs[0]!, 100)).toEqual(Buffer.alloc(3));
    says(200, { id: 'abc', status: 'succeeded', output: ['https://x/1', 7, '', null, {}], metrics: 'none' });
    expect((await jobs.find('predictions', 'abc'))!.outputs).toEqual(['https://x/1', null, null, null, null]);
  });

  it('keeps what a provider says in words that can be stored, however it says them', async () => {
    says(200, '{"id":"abc","status":"failed","error":"out of \\u0000 memory \\ud83d"}');
    const failed = await jobs.find('predictions', 'abc');
    expect(failed!.error).toEqual({ code: 'provider_error', detail: 'out of \ufffd memory \ufffd' });
    says(200, { id: 'abc', status: 'failed', error: `${'x'.repeat(999)}😀 and more` });
    const wordy = await jobs.find('predictions', 'abc');
    expect(wordy!.error!.detail).toBe(`${'x'.repeat(999)}😀`);
    says(422, { detail: '😀'.repeat(1_500) });
    expect(await submit()).toMatchObject({ outcome: 'rejected', detail: '😀'.repeat(1_000) });
  });

  it('says that it cannot ask when the provider does not answer well', async () => {
    for (const [status, body] of [
      [500, ''],
      [200, '{}'],
      [200, 'nonsense'],
    ] as const) {
      says(status, body);
      await expect(jobs.find('predictions', 'abc')).rejects.toMatchObject({ code: 'unavailable' });
    }
    says(500, '');
    await expect(jobs.cancel('predictions', 'abc')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('tells an output that is gone from one that cannot be had now', async () => {
    const fetched = () => jobs.fetchOutput(`${provider.url}/output`, 10);
    says(404, '');
    await expect(fetched()).rejects.toMatchObject({ code: 'not_found' });
    says(200, 'more than ten bytes');
    await expect(fetched()).rejects.toMatchObject({ code: 'not_found' });
    says(502, '');
    await expect(fetched()).rejects.toMatchObject({ code: 'unavailable' });
    says(200, 'ten bytes!');
    expect((await fetched()).toString()).toBe('ten bytes!');
    await expect(jobs.fetchOutput('file:///etc/passwd', 10_000)).rejects.toMatchObject({ code: 'not_found' });
    await expect(jobs.fetchOutput(`${await freeAddress()}/x`, 10)).rejects.toMatchObject({
      code: 'not_found',
      message: 'An output cannot be fetched: it is not at a public address.',
    });
    const trusting = jobsAt(provider.url, { outputHosts: ['127.0.0.1'] });
    await expect(trusting.fetchOutput(`${await freeAddress()}/x`, 10)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('reads no more of an answer than a provider has to say, and closes the connection', async () => {
    let isClosed = (): void => undefined;
    const closed = new Promise<void>((resolve) => (isClosed = resolve));
    answer = (res) => {
      const endless = () => {
        while (!res.destroyed && res.write(Buffer.alloc(1024 * 1024, ' ')));
      };
      res.on('drain', endless).on('close', isClosed);
      endless();
    };
    const patient = jobsAt(provider.url);
    expect(await patient.submit(request('spd_other', 'x'))).toMatchObject({ outcome: 'unknown' });
    await closed;
  });

  it('gives an answer that comes drop by drop no longer than any other', async () => {
    answer = (res) => {
      const drops = setInterval(() => res.write(' '), 50);
      res.on('close', () => clearInterval(drops));
    };
    expect(await submit()).toMatchObject({ outcome: 'unknown' });
  });
});
