import { join, resolve } from 'node:path';
import { findWrongVariables, refuse } from '../../src/platform/config';
import { withoutShellExports } from '../../src/platform/shell-exports';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the person who starts the stack has chosen; every part that is undefined is the embedded one. */
export interface Settings {
  /** The folder of the state; absolute. */
  readonly home: string;
  /** The API's port; 0: any free one, the last one again if possible. */
  readonly port: number;
  readonly database: { readonly appUrl: string; readonly ownerUrl: string } | undefined;
  readonly temporal:
    { readonly address: string; readonly namespace: string; readonly uiUrl: string | undefined } | undefined;
  readonly stripe:
    | { readonly secretKey: string; readonly webhookSecret: string; readonly apiUrl: string | undefined }
    | undefined;
  readonly jobs:
    { readonly baseUrl: string; readonly token: string; readonly webhookSecret: string } | undefined;
  readonly objectStoreUrl: string | undefined;
  /** Where Stripe and the job provider reach the API, when that is not this machine. */
  readonly publicUrl: string | undefined;
  /** The catalog to sell by, instead of that of the package; absolute. */
  readonly catalog: string | undefined;
}

/**
 * Reads the choices from the environment. `DATABASE_URL`, `TEMPORAL_ADDRESS`, `STRIPE_SECRET_KEY`, `JOB_PROVIDER_URL` and
 * `OBJECT_STORE_URL` each replace one embedded part. Throws one error for people that names every variable which is wrong or does not
 * go together with the others; in production there is no stand-in for Stripe.
 */
export function readSettings(environment: Environment): Settings {
  const env = withoutShellExports(environment);
  const find = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const faults = [...findWrongVariables(env)];
  const need = (name: string, because: string): string => {
    const value = find(name);
    if (value === undefined) faults.push(`${because} needs ${name} too.`);
    return value ?? '';
  };
  const databaseUrl = find('DATABASE_URL');
  const temporalAddress = find('TEMPORAL_ADDRESS');
  const stripeKey = find('STRIPE_SECRET_KEY');
  const catalog = find('SCRIP_CATALOG');
  const providerUrl = find('JOB_PROVIDER_URL');
  if (find('NODE_ENV') === 'production' && stripeKey === undefined) {
    faults.push('With NODE_ENV=production there is no Stripe simulator: set STRIPE_SECRET_KEY.');
  }
  const settings = {
    home: resolve(find('SCRIP_HOME') ?? '.scrip'),
    port: Number(find('PORT') ?? '3000'),
    database: databaseUrl === undefined ? undefined : databaseOf(databaseUrl, find('DATABASE_OWNER_URL')),
    temporal:
      temporalAddress === undefined
        ? undefined
        : {
            address: temporalAddress,
            namespace: find('TEMPORAL_NAMESPACE') ?? 'default',
            uiUrl: find('TEMPORAL_UI_URL'),
          },
    stripe:
      stripeKey === undefined
        ? undefined
        : {
            secretKey: stripeKey,
            webhookSecret: need('STRIPE_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY'),
            apiUrl: find('STRIPE_API_URL'),
          },
    jobs:
      providerUrl === undefined
        ? undefined
        : {
            baseUrl: providerUrl,
            // A bare Cog asks for no token.
            token:
              find('JOB_PROVIDER_KIND') === 'cog'
                ? (find('JOB_PROVIDER_TOKEN') ?? '')
                : need('JOB_PROVIDER_TOKEN', 'JOB_PROVIDER_URL'),
            webhookSecret: need('JOBS_WEBHOOK_SECRET', 'JOB_PROVIDER_URL'),
          },
    objectStoreUrl: find('OBJECT_STORE_URL'),
    publicUrl: find('PUBLIC_URL'),
    catalog: catalog === undefined ? undefined : resolve(catalog),
  };
  refuse(faults);
  return settings;
}

/** The folders and files of the state. */
export function pathsOf(home: string) {
  return {
    runFile: join(home, 'run.json'),
    devFile: join(home, 'dev.json'),
    secretsFile: join(home, 'secrets.json'),
    portsFile: join(home, 'ports.json'),
    logs: join(home, 'logs'),
    /** The Temporal CLI under its own name, for a person's PATH. */
    bin: join(home, 'bin'),
    postgres: join(home, 'postgres'),
    temporal: join(home, 'temporal'),
    stripe: join(home, 'stripe'),
    studio: join(home, 'studio'),
    objects: join(home, 'objects'),
  } as const;
}

/** Without an owner's URL the one user is asked to do both. */
function databaseOf(appUrl: string, ownerUrl: string | undefined) {
  return { appUrl, ownerUrl: ownerUrl ?? appUrl };
}
