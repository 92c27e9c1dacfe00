import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findWrongVariables, readConfig } from './config';
import { findPackageRoot } from './package-root';

const WHOLE = {
  DATABASE_URL: 'postgres://scrip_app@localhost/scrip',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_new, whsec_old,',
  JOB_PROVIDER_URL: 'http://localhost:4000',
  JOB_PROVIDER_TOKEN: 'token',
  JOBS_WEBHOOK_SECRET: 'whsec_c2l4dGVlbiBieXRlcyE=',
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
      expect(() => readConfig({ ...WHOLE, TEMPORAL_UI_URL: wrong })).toThrow(
        'TEMPORAL_UI_URL must be an address that begins with http:// or https://',
      );
    }
  });

  it('names everything that is missing or wrong at once', () => {
    const wrong = { ...WHOLE, URL_SIGNING_SECRET: undefined, PORT: '70000', JOB_PROVIDER_SUBMIT: 'patch' };
    expect(() => readConfig(wrong)).toThrow(
      /JOB_PROVIDER_SUBMIT must be one of "put", "post"\.\n.*URL_SIGNING_SECRET is missing; .*\n.*PORT must be a number from 0 to 65535, not "70000"\./,
    );
  });

  it.each([
    ['DATABASE_URL', ['nonsense', 'http://localhost/scrip', 'postgres://a:b#c@host/x'], 'postgres://USER'],
    ['DATABASE_OWNER_URL', ['mysql://localhost/scrip'], 'postgres://USER'],
    [
      'OBJECT_STORE_URL',
      ['/var/objects', 'file:objects', 's3:bucket', 'http://x'],
      'file:///FOLDER or s3://BUCKET',
    ],
    ['PUBLIC_URL', ['credits.example', 'ftp://credits.example'], 'http:// or https://'],
    ['JOB_PROVIDER_URL', ['localhost:4000'], 'http:// or https://'],
    ['STRIPE_API_URL', ['api.stripe.com'], 'http:// or https://'],
    ['PORT', ['abc', '-1', '65536', '3000 ', '0x10'], 'a number from 0 to 65535'],
    ['TEMPORAL_ADDRESS', ['temporal', 'http://temporal:7233', 'temporal:99999', 'temporal:'], 'HOST:PORT'],
    ['TEMPORAL_NAMESPACE', ['a b', '/scrip'], 'letters, digits'],
    ['LOG_LEVEL', ['loud', 'INFO'], 'trace, debug, info, warn, error, fatal, silent'],
    ['NODE_ENV', ['prod'], 'production, development or test'],
    ['STRIPE_SECRET_KEY', ['pk_live_1', 'whsec_1', 'sk_'], 'begins with sk_ or rk_'],
    ['STRIPE_WEBHOOK_SECRET', ['sk_test_1', 'whsec_a,b', ','], 'begins with whsec_'],
    ['JOBS_WEBHOOK_SECRET', ['secret', 'whsec_short'], 'whsec_ and a key in base64'],
    ['JOB_PROVIDER_SUBMIT', ['patch'], '"put", "post"'],
    ['HOST', ['http://0.0.0.0', 'a b'], '0.0.0.0'],
    ['SCRIP_HOME', [__filename], 'a folder'],
    ['SCRIP_CATALOG', ['/nowhere.yaml', __dirname], 'a file that can be read'],
    ['TEMPORAL_TEST_SERVER', [__filename, 'temporal-test-server'], 'a program that can be run'],
  ])('says what %s must look like', (name, wrong, like) => {
    for (const value of wrong) {
      const [fault, ...others] = findWrongVariables({ [name]: value });
      expect(others).toEqual([]);
      expect(fault).toMatch(new RegExp(`^${name} must be `));
      expect(fault).toContain(like);
    }
  });

  it('takes what the parts of the world look like', () => {
    const right = {
      DATABASE_URL: 'postgresql://scrip_app:a%23b@db.example:5432/scrip?sslmode=require',
      OBJECT_STORE_URL: 's3://bucket/prefix?region=eu-central-1&endpoint=https://minio:9000',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      STRIPE_SECRET_KEY: 'rk_live_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_a, whsec_b',
      TEMPORAL_ADDRESS: '[::1]:7233',
      HOST: '::',
      PORT: '0',
      LOG_LEVEL: 'silent',
      TEMPORAL_TEST_SERVER: process.execPath,
    };
    expect(findWrongVariables(right)).toEqual([]);
    expect(findWrongVariables({ ...right, TEMPORAL_ADDRESS: 'temporal:7233', PORT: '' })).toEqual([]);
  });

  it('repeats no secret that stands in a wrong variable', () => {
    const faults = findWrongVariables({
      DATABASE_URL: 'mysql://scrip:hunter2@db/scrip',
      STRIPE_SECRET_KEY: 'hunter2',
      JOBS_WEBHOOK_SECRET: 'hunter2',
    });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  it('asks for the keys of an s3:// store', () => {
    expect(() => readConfig({ ...WHOLE, OBJECT_STORE_URL: 's3://bucket', AWS_ACCESS_KEY_ID: 'key' })).toThrow(
      'AWS_SECRET_ACCESS_KEY is missing; an s3:// object store needs it.',
    );
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
