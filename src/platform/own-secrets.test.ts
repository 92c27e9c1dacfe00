import { withOwnSecrets } from './own-secrets';

describe('the secrets of a program', () => {
  it('are those that it is given, and nobody knows those that only the other one uses', () => {
    const given = { JOB_PROVIDER_TOKEN: 'of the worker', STRIPE_WEBHOOK_SECRET: '' };
    const [worker, again] = [withOwnSecrets('worker', given), withOwnSecrets('worker', given)];
    expect(worker['JOB_PROVIDER_TOKEN']).toBe('of the worker');
    for (const name of ['STRIPE_WEBHOOK_SECRET']) {
      expect(worker[name]).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
      expect(worker[name]).not.toBe(again[name]);
    }
    expect(withOwnSecrets('api', {})['STRIPE_WEBHOOK_SECRET']).toBeUndefined();
    expect(withOwnSecrets('api', {})['JOB_PROVIDER_TOKEN']).toMatch(/^whsec_/);
    expect(withOwnSecrets('worker', {})['JOB_PROVIDER_TOKEN']).toBeUndefined();
  });
});
