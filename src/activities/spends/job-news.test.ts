import type { Job } from '../../jobs/jobs';
import { createJobNews, type JobDetails } from './job-news';

const job: Job = {
  providerId: 'spd_1',
  status: 'processing',
  outputs: [],
  output: null,
  modelVersion: null,
  progressPercent: 40,
  completedAt: null,
  error: null,
};

describe('the news of a job', () => {
  it('say what is done, what the provider last said, what is delivered, and that nothing is in trouble', () => {
    const { news, told } = open();
    news.phase('waits for the provider to finish');
    news.said(job);
    news.delivered(1);
    expect(told()).toEqual({
      phase: 'waits for the provider to finish',
      provider: expect.stringMatching(/^said at 20.*Z: processing, 40 %$/) as string,
      delivered: '1 of 4',
      lastTrouble: 'none',
    });
  });

  it('count the same trouble, and say when it is over', () => {
    const { news, told } = open();
    news.trouble('The provider is away: ECONNREFUSED');
    news.trouble('The provider is away: ECONNREFUSED');
    expect(told().lastTrouble).toMatch(/^The provider is away: ECONNREFUSED \(since 20.*Z, 2 times\)$/);
    news.over();
    expect(told().lastTrouble).toMatch(/ECONNREFUSED \(from 20.*Z to 20.*Z, over now, 2 times\)$/);
    news.trouble('The object store does not take a picture: EACCES');
    expect(told().lastTrouble).toMatch(/^The object store does not take a picture: EACCES \(since 20.*Z\)$/);
  });

  it('go on from what the attempt before said', () => {
    const first = open();
    first.news.said(job);
    first.news.trouble('away');
    const second = open(first.told());
    expect(second.told()).toMatchObject({
      provider: first.told().provider,
      lastTrouble: first.told().lastTrouble,
    });
    expect(open('what nobody wrote').told().lastTrouble).toBe('none');
  });
});

function open(before?: unknown) {
  let details: unknown;
  const news = createJobNews({ told: before, tell: (told) => (details = told) }, 4);
  return { news, told: () => details as JobDetails };
}
