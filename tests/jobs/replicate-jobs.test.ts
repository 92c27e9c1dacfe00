import { DomainError } from '../../src/domain/errors';
import { instantOf } from '../../src/domain/instants';
import { createReplicateJobs, type ReplicateJobsOptions } from '../../src/jobs/replicate-jobs';
import type { Job, JobRequest, Jobs } from '../../src/jobs/jobs';
import { startReplicate, type Replicate } from '../../dev/providers/start-replicate';
import { startReceiver } from '../studio/receiver';
import { SECRET, TOKEN } from '../studio/test-studio';

const VERSION = `${'a'.repeat(63)}b`;

describe('the adapter for Replicate', () => {
  let replicate: Replicate;
  let jobs: Jobs;

  beforeAll(async () => {
    replicate = await startReplicate({ port: 0, token: TOKEN, webhookSecret: SECRET, pageSize: 2 });
    jobs = jobsWith({});
  });
  afterAll(() => replicate.stop());

  const jobsWith = (options: Partial<ReplicateJobsOptions>): Jobs =>
    createReplicateJobs({
      baseUrl: replicate.url,
      token: TOKEN,
      webhookSecret: SECRET,
      trainerVersion: `trainers/style:${VERSION}`,
      trainingDestination: 'acme/styles',
      outputHosts: ['127.0.0.1'],
      now: () => instantOf(Date.now()),
      ...options,
    });
  const request = (spendId: string, prompt: string, rest: Partial<JobRequest> = {}): JobRequest => ({
    kind: 'predictions',
    spendId,
    version: VERSION,
    input: { prompt, num_outputs: 2, seed: 7 },
    webhookUrl: `http://127.0.0.1:9${jobs.webhookPath(spendId)}`,
    ...rest,
  });
  const accepted = async (asked: JobRequest): Promise<Job> => {
    const answer = await jobs.submit(asked);
    if (answer.outcome !== 'accepted') throw new Error(answer.outcome);
    return answer.job;
  };
  const ended = async ({ providerId }: Job, kind: JobRequest['kind'] = 'predictions'): Promise<Job> => {
    for (;;) {
      const job = await jobs.find(kind, providerId);
      if (job !== undefined && !['starting', 'processing'].includes(job.status)) return job;
    }
  };
  const lastCreated = () => replicate.created.at(-1);

  it('creates a prediction of a version, polls it by the id that Replicate gave, and fetches its outputs', async () => {
    const job = await ended(await accepted(request('spd_rep_one', 'a hill')));
    expect(job).toMatchObject({ status: 'succeeded', modelVersion: null, error: null });
    expect(job.providerId).toMatch(/^rep\d+$/);
    expect((await jobs.fetchOutput(job.outputs[1]!, 100_000)).subarray(1, 4).toString()).toBe('PNG');
    expect(lastCreated()).toMatchObject({ path: '/v1/predictions', body: { version: VERSION } });
  });

  it.each([
    [`acme/styles:${VERSION}`, '/v1/predictions', VERSION],
    ['black-forest/flux', '/v1/models/black-forest/flux/predictions', undefined],
  ])('runs %s at %s', async (version, path, sentVersion) => {
    await accepted(request('spd_rep_version', 'x', { version }));
    expect(lastCreated()?.path).toBe(path);
    expect(lastCreated()?.body['version']).toBe(sentVersion);
  });

  it('trains by the trainer into the destination, and reads the version that came of it', async () => {
    const version = `trainers/style:${VERSION}`;
    const input = { name: 'Mine', input_images: ['https://pictures.example/1'] };
    const training = await accepted(request('spd_rep_train', '', { kind: 'trainings', version, input }));
    expect(lastCreated()).toMatchObject({
      path: `/v1/models/trainers/style/versions/${VERSION}/trainings`,
      body: { destination: 'acme/styles', input },
    });
    const job = await ended(training, 'trainings');
    expect(job).toMatchObject({ status: 'succeeded', outputs: [] });
    expect(job.modelVersion).toMatch(/^acme\/styles:rep\d+$/);
    await accepted(request('spd_rep_trained', 'x', { version: job.modelVersion! }));
    expect(lastCreated()?.path).toBe('/v1/predictions');
  });

  it('says what it lacks to train, before anything is asked', () => {
    expect(jobs.capabilities.noTrainings).toBeNull();
    expect(jobsWith({ trainerVersion: 'style-trainer-1' }).capabilities.noTrainings).toMatch(
      /JOB_TRAINER_VERSION/,
    );
    for (const trainingDestination of [undefined, 'styles', 'a/b:c']) {
      expect(jobsWith({ trainingDestination }).capabilities.noTrainings).toMatch(/JOB_TRAINING_DESTINATION/);
    }
  });

  it('finds a job again whose create was not answered, on whatever page it is listed', async () => {
    const lost = request('spd_rep_lost', 'a pier [lose-ack]');
    const startedAt = instantOf(Date.now());
    expect(await jobs.submit(lost)).toMatchObject({ outcome: 'unknown' });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await accepted(request(`spd_rep_${name}`, 'x'));
    const found = await jobs.findSubmitted('predictions', { spendId: 'spd_rep_lost', startedAt });
    expect(found).toMatchObject({ providerId: expect.stringMatching(/^rep/) as string });
    const names = (found as Job).providerId;
    expect(await jobs.find('predictions', names)).toMatchObject({ providerId: names });
  });

  it('does not know of a job that is not listed, and never calls it safe to submit again', async () => {
    const submit = { spendId: 'spd_rep_never', startedAt: instantOf(Date.now()) };
    expect(await jobs.findSubmitted('predictions', submit)).toBe('unknown');
    const stranger = jobsWith({ token: 'wrong' });
    await expect(stranger.findSubmitted('predictions', submit)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('cancels by the id that Replicate gave, and knows when there is no such job', async () => {
    const job = await accepted(request('spd_rep_stop', 'a bay [wait]'));
    expect(await jobs.cancel('predictions', job.providerId)).toBe('told');
    expect(await ended(job)).toMatchObject({ status: 'canceled', outputs: [] });
    expect(await jobs.cancel('predictions', 'rep_nobody')).toBe('unknown_job');
    expect(await jobs.find('predictions', 'rep_nobody')).toBeUndefined();
  });

  it('says why a job failed, and whose fault a refusal is', async () => {
    const failed = await ended(await accepted(request('spd_rep_fail', 'x [fail]')));
    expect(failed.error).toEqual({ code: 'provider_error', detail: 'out of paint' });
    expect(await jobsWith({ token: 'wrong' }).submit(request('spd_rep_who', 'x'))).toEqual({
      outcome: 'rejected',
      code: 'provider_error',
      detail: 'No valid token.',
    });
  });

  it('believes a webhook that Replicate signed, and knows the spend by the address it came to', async () => {
    const receiver = await startReceiver();
    const path = jobs.webhookPath('spd_rep_hook');
    await accepted(request('spd_rep_hook', 'x', { webhookUrl: receiver.url + path }));
    const [, end] = await receiver.received(2);
    await receiver.stop();
    const headers = end!.headers as Record<string, string>;
    expect(jobs.parseWebhook(end!.rawBody, headers)).toMatchObject({ status: 'succeeded', job: null });
    expect(jobs.spendIdOfToken(path.split('/').at(-1)!)).toBe('spd_rep_hook');
    const forged = Buffer.from(end!.rawBody.toString().replace('succeeded', 'failed'));
    expect(() => jobs.parseWebhook(forged, headers)).toThrow(DomainError);
    expect(() => jobs.parseWebhook(end!.rawBody, {})).toThrow(DomainError);
  });

  it('takes outputs from public addresses alone when no host is named', async () => {
    const careful = jobsWith({ outputHosts: [] });
    for (const url of ['http://169.254.169.254/latest', `${replicate.url.replace('/v1', '')}/output/x/0.png`])
      await expect(careful.fetchOutput(url, 100)).rejects.toMatchObject({ code: 'not_found' });
  });
});
