import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { createTemporalUi, type TemporalUi } from './temporal-ui';

/** What a process is told by its environment. docs: CONTRIBUTING.md, section "Configuration". */
export interface Config {
  readonly production: boolean;
  readonly logLevel: string;
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** Where its Web UI is; undefined when that is not known, and then nothing links to it. */
  readonly temporalUi: TemporalUi | undefined;
  /** `apiUrl` absent: the real Stripe. Several webhook secrets are valid at once while one is rotated. */
  readonly stripe: {
    readonly secretKey: string;
    readonly apiUrl?: string;
    readonly webhookSecrets: readonly string[];
  };
  readonly jobs: {
    readonly baseUrl: string;
    readonly token: string;
    readonly submit: 'put' | 'post';
    readonly webhookSecret: string;
    /** What trains a model at the provider. */
    readonly trainerVersion: string;
  };
  readonly objectStoreUrl: string;
  /** Signs the short-lived links by which the job provider reads uploaded pictures. */
  readonly urlSigningSecret: string;
  /** Keys the hash by which somebody who was erased is recognised; stays the same for ever. */
  readonly erasureKey: string;
  /** Where customers, Stripe and the job provider reach the API; without a slash at the end. */
  readonly publicUrl: string;
  /** Who has the sandbox's clock; undefined everywhere else, where time is the wall's. */
  readonly sandboxUrl: string | undefined;
  readonly host: string;
  readonly port: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const absent = (value: unknown): unknown => (value === '' ? undefined : value);
const text = z.preprocess(absent, z.string().min(1));
const url = z.preprocess(absent, z.url());
const withDefault = (value: string) => z.preprocess(absent, z.string().default(value));

const environment = z.object({
  NODE_ENV: withDefault('development'),
  LOG_LEVEL: withDefault('info'),
  DATABASE_URL: url,
  TEMPORAL_ADDRESS: withDefault('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: withDefault('default'),
  TEMPORAL_UI_URL: z.preprocess(absent, z.url({ protocol: /^https?$/ }).optional()),
  STRIPE_SECRET_KEY: text,
  STRIPE_API_URL: z.preprocess(absent, z.url().optional()),
  STRIPE_WEBHOOK_SECRET: text,
  JOB_PROVIDER_URL: url,
  JOB_PROVIDER_TOKEN: text,
  JOB_PROVIDER_SUBMIT: z.preprocess(absent, z.enum(['put', 'post']).default('put')),
  JOB_TRAINER_VERSION: withDefault('style-trainer-1'),
  JOBS_WEBHOOK_SECRET: text,
  OBJECT_STORE_URL: url,
  URL_SIGNING_SECRET: text,
  ERASURE_KEY: z.preprocess(absent, z.string().optional()),
  PUBLIC_URL: url,
  SANDBOX_URL: z.preprocess(absent, z.url().optional()),
  HOST: withDefault('127.0.0.1'),
  PORT: z.preprocess(absent, z.coerce.number().int().min(0).max(65_535).default(3000)),
});

/**
 * Reads and checks the environment of the API and the worker. Throws one error that names every variable that is missing
 * or wrong: a process that cannot work does not start. In production there is no Stripe but the one whose key is given.
 */
export function readConfig(env: Environment): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new Error(explain(parsed.error.issues));
  const values = parsed.data;
  if (values.NODE_ENV === 'production' && values.SANDBOX_URL !== undefined) {
    throw new Error('In production time is the wall clock: SANDBOX_URL must not be set.');
  }
  return {
    production: values.NODE_ENV === 'production',
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    temporal: { address: values.TEMPORAL_ADDRESS, namespace: values.TEMPORAL_NAMESPACE },
    temporalUi:
      values.TEMPORAL_UI_URL === undefined
        ? undefined
        : createTemporalUi(values.TEMPORAL_UI_URL, values.TEMPORAL_NAMESPACE),
    stripe: {
      secretKey: values.STRIPE_SECRET_KEY,
      ...(values.STRIPE_API_URL === undefined ? {} : { apiUrl: values.STRIPE_API_URL }),
      webhookSecrets: listOf(values.STRIPE_WEBHOOK_SECRET),
    },
    jobs: {
      baseUrl: values.JOB_PROVIDER_URL,
      token: values.JOB_PROVIDER_TOKEN,
      submit: values.JOB_PROVIDER_SUBMIT,
      webhookSecret: values.JOBS_WEBHOOK_SECRET,
      trainerVersion: values.JOB_TRAINER_VERSION,
    },
    objectStoreUrl: values.OBJECT_STORE_URL,
    urlSigningSecret: values.URL_SIGNING_SECRET,
    erasureKey: deriveErasureKey(values.ERASURE_KEY ?? values.URL_SIGNING_SECRET),
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ''),
    sandboxUrl: values.SANDBOX_URL,
    host: values.HOST,
    port: values.PORT,
  };
}

/** One secret less to keep; whoever renews the signing secret names the old one as `ERASURE_KEY` and has the same key. */
function deriveErasureKey(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'scrip erasure', 32)).toString('hex');
}

function listOf(commaSeparated: string): readonly string[] {
  return commaSeparated
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function explain(issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  return `The configuration is incomplete. Set these environment variables:\n${lines.join('\n')}`;
}
