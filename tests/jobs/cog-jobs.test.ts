import { createCogJobs, type CogJobsOptions } from '../../src/jobs/cog-jobs';
import type { JobRequest, Jobs } from '../../src/jobs/jobs';
import { startCog, type Cog } from '../../dev/providers/start-cog';
import { startLoopbackServer } from '../../dev/stack/loopback-server';
import { startReceiver, type Receiver } from '../studio/receiver';
import { SECRET } from '../studio/test-studio';

describe('the adapter for a bare Cog', () => {
  let cog: Cog;
  let jobs: Jobs;
  let receiver: Receiver;

  beforeEach(async () => {
    [cog, receiver] = await Promise.all([startCog({ port: 0 }), startReceiver()]);
    jobs = jobsWith({});
  });
  afterEach(() => Promise.all([cog.stop(), receiver.stop()]));

  const jobsWith = (options: Partial<CogJobsOptions>): Jobs =>
    createCogJobs({
      baseUrl: cog.url,
      token: '',
      webhookSecret: SECRET,
      trainingUrl: cog.url,
      weightsInput: 'weights',
      ...options,
    });
  const request = (spendId: string, prompt: string, rest: Partial<JobRequest> = {}): JobRequest => ({
    kind: 'predictions',
    spendId,
    version: 'house-paper-garden-1',
    input: { prompt, num_outputs: 2, seed: 7 },
    webhookUrl: receiver.url + jobs.webhookPath(spendId),
    ...rest,
  });
  const parse = (index: number, spendId: string, kind: JobRequest['kind'] = 'predictions') =>
    jobs.parseWebhook(receiver.deliveries[index]!.rawBody, {}, { spendId, kind });

  it('submits under our own id and hears of the pictures by the report of its end', async () => {
    expect(await jobs.submit(request('spd_cog_one', 'a hill'))).toMatchObject({
      outcome: 'accepted',
      job: { providerId: 'spd_cog_one', status: 'starting' },
    });
    await receiver.received(2);
    expect(parse(0, 'spd_cog_one')).toMatchObject({ status: 'processing' });
    const { job } = parse(1, 'spd_cog_one');
    expect(job).toMatchObject({ status: 'succeeded', outputs: [expect.any(String), expect.any(String)] });
    expect((await jobs.fetchOutput(job!.outputs[0]!, 100_000)).subarray(1, 4).toString()).toBe('PNG');
    await expect(jobs.fetchOutput(job!.outputs[0]!, 10)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('comes to the running job when it submits again, and to a new one once it has ended', async () => {
    const waiting = request('spd_cog_again', 'a bay [wait]');
    await jobs.submit(waiting);
    expect(await jobs.submit(waiting)).toMatchObject({ outcome: 'accepted', job: { status: 'processing' } });
    expect(await jobs.submit(request('spd_cog_other', 'x'))).toMatchObject({ outcome: 'busy' });
    cog.forget();
    expect(await jobs.submit(waiting)).toMatchObject({ outcome: 'accepted', job: { status: 'starting' } });
    expect(cog.begun).toEqual(['spd_cog_again', 'spd_cog_again']);
  });

  it('is never asked how a job stands', async () => {
    expect(jobs.capabilities).toMatchObject({ poll: false, ownIds: true });
    await expect(jobs.find('predictions', 'spd_cog_one')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('cancels what runs, and knows when nothing does', async () => {
    await jobs.submit(request('spd_cog_stop', 'a bay [wait]'));
    expect(await jobs.cancel('predictions', 'spd_cog_stop')).toBe('told');
    await receiver.received(2);
    expect(parse(1, 'spd_cog_stop')).toMatchObject({ status: 'canceled', job: { outputs: [] } });
    expect(await jobs.cancel('predictions', 'spd_cog_stop')).toBe('unknown_job');
  });

  it('knows whose report it is by a token that nobody else can make', () => {
    const path = jobs.webhookPath('spd_cog_token');
    const token = path.slice('/webhooks/jobs/'.length);
    expect(jobs.spendIdOfToken(token)).toBe('spd_cog_token');
    const [spendId, mac = ''] = token.split('.');
    const others = [
      `spd_cog_other.${mac}`,
      `${spendId}.${mac.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      `${spendId}.${mac.slice(1)}`,
      `${spendId}.`,
      spendId!,
      '',
      `${token}.`,
      `${token}%00`,
    ];
    expect(others.filter((other) => jobs.spendIdOfToken(other) !== undefined)).toEqual([]);
    const next = `whsec_${Buffer.from('the next secret of the tests').toString('base64')}`;
    expect(jobsWith({ webhookSecret: `${next},${SECRET}` }).spendIdOfToken(token)).toBe('spd_cog_token');
    expect(jobsWith({ webhookSecret: next }).spendIdOfToken(token)).toBeUndefined();
  });

  it('believes no report without a token, about another job, or about none', () => {
    const body = Buffer.from(JSON.stringify({ id: 'spd_cog_mine', status: 'succeeded', output: [] }));
    const about = { spendId: 'spd_cog_mine', kind: 'predictions' } as const;
    expect(jobs.parseWebhook(body, {}, about).status).toBe('succeeded');
    const refused = { code: 'invalid_request' };
    expect(() => jobs.parseWebhook(body, {})).toThrow(expect.objectContaining(refused) as Error);
    for (const wrong of [
      () => jobs.parseWebhook(body, {}, { ...about, spendId: 'spd_cog_yours' }),
      () => jobs.parseWebhook(Buffer.from('{}'), {}, about),
      () => jobs.parseWebhook(Buffer.from('nonsense'), {}, about),
    ]) {
      expect(wrong).toThrow(expect.objectContaining(refused) as Error);
    }
  });

  it('trains where it is told, and gives the weights to later predictions by the input that is named', async () => {
    const input = { name: 'Mine', input_images: ['https://pictures.example/1'] };
    const spendId = 'spd_cog_train';
    await jobs.submit(request(spendId, '', { kind: 'trainings', version: 'trainer', input }));
    await receiver.received(2);
    const { job } = parse(1, spendId, 'trainings');
    expect(job).toMatchObject({ status: 'succeeded', modelVersion: `${cog.url}/weights/${spendId}` });
    await jobs.submit(request('spd_cog_trained', 'x [wait]', { version: job!.modelVersion! }));
    const again = await fetch(`${cog.url}/predictions/spd_cog_trained`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"input":{}}',
    });
    expect(await again.json()).toMatchObject({ input: { prompt: 'x [wait]', weights: job!.modelVersion } });
  });

  it('takes a training that answers its weights as data for failed, and says what is missing', () => {
    const output = { weights: 'data:application/octet-stream;base64,d2VpZ2h0cw==' };
    const body = Buffer.from(JSON.stringify({ id: 'spd_cog_data', status: 'succeeded', output }));
    const { job } = jobs.parseWebhook(body, {}, { spendId: 'spd_cog_data', kind: 'trainings' });
    expect(job).toMatchObject({ status: 'failed', modelVersion: null });
    expect(job!.error!.detail).toMatch(/--upload-url/);
  });

  it('says what it lacks to train, before anything is asked', () => {
    expect(jobs.capabilities.noTrainings).toBeNull();
    expect(jobsWith({ trainingUrl: undefined }).capabilities.noTrainings).toMatch(/JOB_TRAINING_URL/);
    expect(jobsWith({ weightsInput: undefined }).capabilities.noTrainings).toMatch(/JOB_WEIGHTS_INPUT/);
  });

  it("understands a refusal in Cog's own words", async () => {
    const answers = await startAnswering(422, {
      detail: [{ loc: ['body', 'input', 'seed'], msg: 'seed is not a number', type: 'value_error' }],
    });
    expect(await jobsWith({ baseUrl: answers.url }).submit(request('spd_cog_no', 'x'))).toEqual({
      outcome: 'rejected',
      code: 'invalid_input',
      detail: 'seed is not a number',
    });
    await answers.stop();
  });
});

function startAnswering(status: number, body: object) {
  return startLoopbackServer((_req, res) => res.writeHead(status).end(JSON.stringify(body)));
}
