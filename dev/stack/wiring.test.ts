import { readConfig } from '../../src/platform/config';
import type { Secrets } from './secrets';
import { readSettings } from './settings';
import { environmentOf, wire, type Wiring } from './wiring';

const PORTS = { api: 3001, postgres: 3002, temporal: 3003, temporalUi: 3004, stripe: 3005, studio: 3006 };
const SECRETS: Secrets = {
  ownerPassword: 'owner',
  appPassword: 'app',
  stripeSecretKey: 'sk_test_1',
  stripeWebhookSecret: 'whsec_1',
  studioToken: 'studio',
  jobsWebhookSecret: 'whsec_c2l4dGVlbiBieXRlcyE=',
  urlSigningSecret: 'signing',
  apiKey: null,
  operatorKey: null,
};

const wiringOf = (env: Readonly<Record<string, string>>): Wiring =>
  wire(readSettings({ SCRIP_HOME: '/state', ...env }), PORTS, SECRETS);

/** The members that are different from those of the stack whose every part is embedded. */
const replacedBy = (env: Readonly<Record<string, string>>): Partial<Wiring> => {
  const embedded = new Map<string, unknown>(Object.entries(wiringOf({})));
  const entries = Object.entries(wiringOf(env)).filter(([name, value]) => embedded.get(name) !== value);
  return Object.fromEntries(entries);
};

describe('who talks to whom in the stack', () => {
  it('is all on loopback when nothing is replaced', () => {
    expect(wiringOf({})).toEqual({
      apiUrl: 'http://127.0.0.1:3001',
      publicUrl: 'http://127.0.0.1:3001',
      postgresServerUrl: 'postgres://scrip_owner:owner@127.0.0.1:3002/postgres',
      databaseUrl: 'postgres://scrip_app:app@127.0.0.1:3002/scrip',
      databaseOwnerUrl: 'postgres://scrip_owner:owner@127.0.0.1:3002/scrip',
      temporalAddress: '127.0.0.1:3003',
      temporalNamespace: 'scrip',
      temporalUiUrl: 'http://127.0.0.1:3004/namespaces/scrip/workflows',
      stripeUrl: 'http://127.0.0.1:3005',
      stripeSecretKey: 'sk_test_1',
      stripeWebhookSecret: 'whsec_1',
      studioUrl: 'http://127.0.0.1:3006',
      jobProviderUrl: 'http://127.0.0.1:3006',
      jobProviderToken: 'studio',
      jobsWebhookSecret: 'whsec_c2l4dGVlbiBieXRlcyE=',
      objectStoreUrl: 'file:///state/objects',
      urlSigningSecret: 'signing',
    });
  });

  it('replaces only Postgres by DATABASE_URL, whose user migrates unless an owner is named', () => {
    const databaseUrl = 'postgres://somebody:secret@db.example/credits';
    expect(replacedBy({ DATABASE_URL: databaseUrl })).toEqual({ databaseUrl, databaseOwnerUrl: databaseUrl });
    const databaseOwnerUrl = 'postgres://owner:secret@db.example/credits';
    expect(replacedBy({ DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: databaseOwnerUrl })).toEqual({
      databaseUrl,
      databaseOwnerUrl,
    });
  });

  it('replaces only Temporal by TEMPORAL_ADDRESS', () => {
    expect(replacedBy({ TEMPORAL_ADDRESS: 'temporal.example:7233' })).toEqual({
      temporalAddress: 'temporal.example:7233',
      temporalNamespace: 'default',
      temporalUiUrl: null,
    });
    const named = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_UI_URL: 'https://temporal.example' };
    expect(replacedBy(named)).toMatchObject({
      temporalUiUrl: 'https://temporal.example/namespaces/default/workflows',
    });
  });

  it('replaces only the Stripe simulator by STRIPE_SECRET_KEY', () => {
    expect(replacedBy({ STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_live' })).toEqual({
      stripeUrl: null,
      stripeSecretKey: 'sk_live_1',
      stripeWebhookSecret: 'whsec_live',
    });
  });

  it('replaces only the studio by JOB_PROVIDER_URL', () => {
    const provider = { JOB_PROVIDER_URL: 'https://jobs.example', JOB_PROVIDER_TOKEN: 'token' };
    expect(replacedBy({ ...provider, JOBS_WEBHOOK_SECRET: 'whsec_am9icyBvZiBzb21lYm9keQ==' })).toEqual({
      studioUrl: null,
      jobProviderUrl: 'https://jobs.example',
      jobProviderToken: 'token',
      jobsWebhookSecret: 'whsec_am9icyBvZiBzb21lYm9keQ==',
    });
    expect(() => wiringOf(provider)).toThrow('JOB_PROVIDER_URL needs JOBS_WEBHOOK_SECRET too.');
  });

  it('replaces only the folder for pictures by OBJECT_STORE_URL', () => {
    const objectStoreUrl = 's3://bucket/prefix?region=eu-central-1';
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(replacedBy({ OBJECT_STORE_URL: objectStoreUrl, ...keys })).toEqual({ objectStoreUrl });
  });

  it('leaves no clock of a sandbox, named in the shell, to the ordinary stack', () => {
    const shell = { SANDBOX_URL: 'http://127.0.0.1:4000' };
    const config = readConfig({ ...shell, ...environmentOf(wiringOf({}), PORTS.api) });
    expect(config.sandboxUrl).toBeUndefined();
  });

  it('tells the API and the worker everything that they ask for', () => {
    const config = readConfig(environmentOf(wiringOf({}), PORTS.api));
    expect(config).toMatchObject({
      production: false,
      temporal: { address: '127.0.0.1:3003', namespace: 'scrip' },
      stripe: { apiUrl: 'http://127.0.0.1:3005', webhookSecrets: ['whsec_1'] },
      publicUrl: 'http://127.0.0.1:3001',
      host: '127.0.0.1',
      port: 3001,
    });
    const live = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_live' };
    expect(readConfig(environmentOf(wiringOf(live), PORTS.api)).stripe).not.toHaveProperty('apiUrl');
  });
});
