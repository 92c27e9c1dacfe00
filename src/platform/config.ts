import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { FORMATS, type Format } from './formats';
import { sayFault } from './say-fault';
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
    readonly providerKind: 'scrip' | 'replicate' | 'cog';
    readonly baseUrl: string;
    /** Empty where the provider asks for none. */
    readonly token: string;
    readonly submit: 'put' | 'post';
    readonly webhookSecret: string;
    /** What trains a model at the provider. */
    readonly trainerVersion: string;
    /** `owner/name` of the model that trainings at Replicate add versions to. */
    readonly trainingDestination: string | undefined;
    /** Where a Cog that was started to train listens. */
    readonly trainingUrl: string | undefined;
    /** The input by which a Cog model is given what was trained. */
    readonly weightsInput: string | undefined;
    /** Whose outputs are fetched also from addresses that are not public. */
    readonly outputHosts: readonly string[];
    /** How long a job may go without news before the provider is asked again and an alarm is raised. */
    readonly silenceMs: number;
  };
  readonly objectStoreUrl: string;
  /** Signs the short-lived links by which the job provider reads uploaded pictures. */
  readonly urlSigningSecret: string;
  /** Keys the hash by which somebody who was erased is recognised; stays the same for ever. */
  readonly erasureKey: string;
  /** Where customers, Stripe and the job provider reach the API; without a slash at the end. */
  readonly publicUrl: string;
  /** Where the sandbox's clock is; undefined outside the sandbox, where wall time counts. */
  readonly sandboxUrl: string | undefined;
  readonly host: string;
  readonly port: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const absent = (value: unknown): unknown => (value === '' ? undefined : value);
const textOf = (format: Format) =>
  z.string({ error: `is missing; it must be ${format.what}` }).refine(format.fits, {
    error: ({ input }) =>
      `must be ${format.what}${'secret' in format ? '' : `, not ${JSON.stringify(input)}`}`,
  });
const needed = (format: Format) => z.preprocess(absent, textOf(format));
const optional = (format: Format) => z.preprocess(absent, textOf(format).optional());
const withDefault = (value: string, format: Format) => z.preprocess(absent, textOf(format).default(value));

const environment = z.object({
  NODE_ENV: withDefault('development', FORMATS.nodeEnvironment),
  LOG_LEVEL: withDefault('info', FORMATS.logLevel),
  DATABASE_URL: needed(FORMATS.postgresUrl),
  TEMPORAL_ADDRESS: withDefault('127.0.0.1:7233', FORMATS.hostAndPort),
  TEMPORAL_NAMESPACE: withDefault('default', FORMATS.namespace),
  TEMPORAL_UI_URL: optional(FORMATS.httpUrl),
  STRIPE_SECRET_KEY: needed(FORMATS.stripeKey),
  STRIPE_API_URL: optional(FORMATS.httpUrl),
  STRIPE_WEBHOOK_SECRET: needed(FORMATS.webhookSecrets),
  JOB_PROVIDER_URL: needed(FORMATS.httpUrl),
  JOB_PROVIDER_KIND: z.preprocess(absent, z.enum(['scrip', 'replicate', 'cog']).default('scrip')),
  JOB_PROVIDER_TOKEN: optional(FORMATS.given),
  JOB_PROVIDER_SUBMIT: z.preprocess(absent, z.enum(['put', 'post']).default('put')),
  JOB_TRAINER_VERSION: withDefault('style-trainer-1', FORMATS.name),
  JOB_TRAINING_DESTINATION: optional(FORMATS.ownerAndName),
  JOB_TRAINING_URL: optional(FORMATS.httpUrl),
  JOB_WEIGHTS_INPUT: optional(FORMATS.name),
  JOB_OUTPUT_HOSTS: optional(FORMATS.hosts),
  JOB_SILENCE_SECONDS: withDefault('300', FORMATS.silenceSeconds),
  JOBS_WEBHOOK_SECRET: needed(FORMATS.standardWebhookSecrets),
  OBJECT_STORE_URL: needed(FORMATS.objectStoreUrl),
  URL_SIGNING_SECRET: needed(FORMATS.secret),
  ERASURE_KEY: optional(FORMATS.secret),
  PUBLIC_URL: needed(FORMATS.httpUrl),
  SANDBOX_URL: optional(FORMATS.httpUrl),
  HOST: withDefault('127.0.0.1', FORMATS.host),
  PORT: withDefault('3000', FORMATS.port),
});

/** Variables that other programs read, or that are read elsewhere. */
const elsewhere = z.object({
  DATABASE_OWNER_URL: optional(FORMATS.postgresUrl),
  AWS_ACCESS_KEY_ID: optional(FORMATS.given),
  AWS_SECRET_ACCESS_KEY: optional(FORMATS.given),
  AWS_SESSION_TOKEN: optional(FORMATS.given),
  SCRIP_HOME: optional(FORMATS.folder),
  SCRIP_CACHE: optional(FORMATS.folder),
  SCRIP_CATALOG: optional(FORMATS.readableFile),
  TEMPORAL_TEST_SERVER: optional(FORMATS.program),
});

/** The environment is wrong: the message is for people, and no stack trace is needed. */
export class ConfigError extends Error {}

/** One sentence for each variable that is set and wrong, whatever program reads it. */
export function findWrongVariables(env: Environment): readonly string[] {
  const { error } = z
    .object({ ...environment.shape, ...elsewhere.shape })
    .safeParse(env, { error: sayFault });
  const wrong = error?.issues.filter(({ path: [name] }) => (env[String(name)] ?? '') !== '') ?? [];
  return [...wrong.map(sentenceOf), ...missingStoreKeys(env)];
}

/** Throws one `ConfigError` that names all of them. */
export function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new ConfigError(
    `Scrip cannot work with these environment variables:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  );
}

/**
 * Reads and checks the environment of the API and the worker. Throws one `ConfigError` that names every variable that is
 * missing or wrong, and says what it must be: a process that cannot work does not start.
 */
export function readConfig(env: Environment): Config {
  const parsed = environment.safeParse(env, { error: sayFault });
  refuse([...(parsed.error?.issues.map(sentenceOf) ?? []), ...missingToken(env), ...missingStoreKeys(env)]);
  const values = environment.parse(env);
  if (values.NODE_ENV === 'production' && values.SANDBOX_URL !== undefined) {
    throw new ConfigError('In production time is the wall clock: SANDBOX_URL must not be set.');
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
      providerKind: values.JOB_PROVIDER_KIND,
      baseUrl: values.JOB_PROVIDER_URL,
      token: values.JOB_PROVIDER_TOKEN ?? '',
      submit: values.JOB_PROVIDER_SUBMIT,
      webhookSecret: values.JOBS_WEBHOOK_SECRET,
      trainerVersion: values.JOB_TRAINER_VERSION,
      trainingDestination: values.JOB_TRAINING_DESTINATION,
      trainingUrl: values.JOB_TRAINING_URL,
      weightsInput: values.JOB_WEIGHTS_INPUT,
      outputHosts: listOf(values.JOB_OUTPUT_HOSTS ?? ''),
      silenceMs: Number(values.JOB_SILENCE_SECONDS) * 1000,
    },
    objectStoreUrl: values.OBJECT_STORE_URL,
    urlSigningSecret: values.URL_SIGNING_SECRET,
    erasureKey: deriveErasureKey(values.ERASURE_KEY ?? values.URL_SIGNING_SECRET),
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ''),
    sandboxUrl: values.SANDBOX_URL,
    host: values.HOST,
    port: Number(values.PORT),
  };
}

/** Derived, so that there is one secret less to keep. To renew the signing secret, set `ERASURE_KEY` to the old one. */
function deriveErasureKey(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'scrip erasure', 32)).toString('hex');
}

function listOf(commaSeparated: string): readonly string[] {
  return commaSeparated
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.')} ${message}.`;
}

/** A bare Cog asks for no token; everybody else does. */
function missingToken(env: Environment): readonly string[] {
  if (env['JOB_PROVIDER_KIND'] === 'cog' || (env['JOB_PROVIDER_TOKEN'] ?? '') !== '') return [];
  return [`JOB_PROVIDER_TOKEN is missing; it must be ${FORMATS.given.what}.`];
}

function missingStoreKeys(env: Environment): readonly string[] {
  if (env['OBJECT_STORE_URL']?.startsWith('s3://') !== true) return [];
  return ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    .filter((name) => (env[name] ?? '') === '')
    .map((name) => `${name} is missing; an s3:// object store needs it.`);
}
