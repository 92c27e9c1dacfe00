import type { Job } from '../../jobs/jobs';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { possibleImageIds } from './images-work';
import { OUTPUT_WORK } from './output-work';
import { findProviderWork, providerWorkOf, workAtOnceOf } from './works';

const job = { status: 'succeeded', output: null, outputs: [], modelVersion: null } as unknown as Job;
const spend = {
  id: 'spd_1',
  input: {},
  quantity: 3,
  runs: 'provider',
  delivers: 'output',
} as unknown as Spend;

describe('the work of a kind', () => {
  it('is found by what runs and what is delivered, and asked of the right one', () => {
    expect(providerWorkOf({ runs: 'provider', delivers: 'model' }).jobKind).toBe('trainings');
    expect(findProviderWork({ runs: 'external', delivers: null })).toBeUndefined();
    expect(() => providerWorkOf({ runs: 'nothing', delivers: 'license' })).toThrow(
      'no provider does nothing/license',
    );
    expect(() => workAtOnceOf({ runs: 'external', delivers: null })).toThrow('external is not done at once');
  });

  it('has delivered no output that is missing or larger than a spend keeps', async () => {
    const collect = (one: Job) => OUTPUT_WORK.collect({} as ActivityDeps, spend, one, {} as never);
    expect(await collect(job)).toMatchObject({ pieces: 0, units: 0, failure: null });
    expect(await collect({ ...job, output: 'too_large' })).toMatchObject({
      pieces: 0,
      units: 0,
      failure: { code: 'output_too_large' },
    });
    expect(await collect({ ...job, status: 'failed', output: { json: 'half' } })).toMatchObject({
      pieces: 0,
    });
  });

  it('may have stored as many images as were asked for or listed, and never more than a hundred', () => {
    const most = (input: object, listed: number) =>
      possibleImageIds({ id: 'spd_1', input: { ...input }, quantity: 2 }, listed).length;
    expect([most({ count: 4 }, 0), most({}, 0), most({}, 7), most({}, 1_000)]).toEqual([4, 2, 7, 100]);
  });
});
