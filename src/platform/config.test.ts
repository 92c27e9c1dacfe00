import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from './config';
import { findPackageRoot } from './package-root';

const WHOLE = {
  DATABASE_URL: 'postgres://scrip_app@localhost/scrip',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_new, whsec_old,',
  JOB_PROVIDER_URL: 'http://localhost:4000',
  JOB_PROVIDER_TOKEN: 'token',
  JOBS_WEBHOOK_SECRET: 'whsec_jobs',
  OBJECT_STORE_URL: 'file:///tmp/objects',
  URL_SIGNING_SECRET: 'signing',
  PUBLIC_URL: 'https://credits.example/',
};

describe('the configuration of a process', () => {
  it('fills in what has a default and takes the slash off the public address', () => {
    expect(readConfig(WHOLE)).toMatchObject({
      production: false,
      logLevel: 'info',
      temporal: { address: '127.0.0.1:7233', namespace: 'default' },
      jobs: { submit: 'put' },
      publicUrl: 'https://credits.example',
      host: '127.0.0.1',
      port: 3000,
    });
  });

  it('takes several webhook secrets, so that one can be rotated', () => {
    expect(readConfig(WHOLE).stripe.webhookSecrets).toEqual(['whsec_new', 'whsec_old']);
  });

  it('treats an empty variable as a missing one', () => {
    expect(readConfig({ ...WHOLE, PORT: '', STRIPE_API_URL: '' })).toMatchObject({ port: 3000 });
    expect(() => readConfig({ ...WHOLE, DATABASE_URL: '' })).toThrow('DATABASE_URL');
  });

  it('knows where the Web UI of Temporal is when it is told, and takes nothing but an address for it', () => {
    expect(readConfig({ ...WHOLE, TEMPORAL_UI_URL: '' }).temporalUi).toBeUndefined();
    const told = { ...WHOLE, TEMPORAL_NAMESPACE: 'scrip', TEMPORAL_UI_URL: 'https://ui.example/temporal' };
    expect(readConfig(told).temporalUi?.list()).toBe(
      'https://ui.example/temporal/namespaces/scrip/workflows',
    );
    for (const wrong of ['ui.example', 'ftp://ui.example', '127.0.0.1:8233']) {
      expect(() => readConfig({ ...WHOLE, TEMPORAL_UI_URL: wrong })).toThrow('TEMPORAL_UI_URL: ');
    }
  });

  it('names everything that is missing or wrong at once', () => {
    const wrong = { ...WHOLE, URL_SIGNING_SECRET: undefined, PORT: '70000', JOB_PROVIDER_SUBMIT: 'patch' };
    expect(() => readConfig(wrong)).toThrow(/JOB_PROVIDER_SUBMIT: [\s\S]*URL_SIGNING_SECRET: [\s\S]*PORT: /);
  });

  it('has no default for Stripe, in production or elsewhere', () => {
    expect(() => readConfig({ ...WHOLE, NODE_ENV: 'production', STRIPE_SECRET_KEY: undefined })).toThrow(
      'STRIPE_SECRET_KEY',
    );
  });

  it('is explained in CONTRIBUTING.md, every variable of it', () => {
    const source = readFileSync(join(findPackageRoot(), 'src/platform/config.ts'), 'utf8');
    const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => String(name));
    expect(variables).toContain('DATABASE_URL');
    const guide = readFileSync(join(findPackageRoot(), 'CONTRIBUTING.md'), 'utf8');
    expect(variables.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});
