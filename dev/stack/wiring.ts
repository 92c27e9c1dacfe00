import { pathToFileURL } from 'node:url';
import { createTemporalUi } from '../../src/platform/temporal-ui';
import type { Ports } from './chosen-ports';
import { OWNER_ROLE } from './postgres';
import type { Secrets } from './secrets';
import { pathsOf, type Settings } from './settings';

/** Who talks to whom, and where: everything that the parts are told. Addresses are known before anything runs. */
export interface Wiring {
  readonly apiUrl: string;
  readonly publicUrl: string;
  /** The embedded server's own database, where the one for Scrip is made. */
  readonly postgresServerUrl: string;
  readonly databaseUrl: string;
  readonly databaseOwnerUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** The list of Scrip's workflows; null: the UI is somebody else's, and not named. */
  readonly temporalUiUrl: string | null;
  /** Null: Stripe itself. */
  readonly stripeUrl: string | null;
  readonly stripeSecretKey: string;
  readonly stripeWebhookSecret: string;
  /** The embedded studio; null: somebody else's provider. */
  readonly studioUrl: string | null;
  readonly jobProviderUrl: string;
  readonly jobProviderToken: string;
  readonly jobsWebhookSecret: string;
  readonly objectStoreUrl: string;
  readonly urlSigningSecret: string;
}

export const DATABASE_NAME = 'scrip';
const NAMESPACE = 'scrip';

/** Puts settings, ports and secrets together: what is given replaces what is embedded. */
export function wire(settings: Settings, ports: Ports, secrets: Secrets): Wiring {
  const at = (port: number) => `http://127.0.0.1:${String(port)}`;
  const postgres = (user: string, password: string, database: string) =>
    `postgres://${user}:${password}@127.0.0.1:${String(ports.postgres)}/${database}`;
  const { database, temporal, stripe, jobs } = settings;
  return {
    apiUrl: at(ports.api),
    publicUrl: settings.publicUrl ?? at(ports.api),
    postgresServerUrl: postgres(OWNER_ROLE, secrets.ownerPassword, 'postgres'),
    databaseUrl: database?.appUrl ?? postgres('scrip_app', secrets.appPassword, DATABASE_NAME),
    databaseOwnerUrl: database?.ownerUrl ?? postgres(OWNER_ROLE, secrets.ownerPassword, DATABASE_NAME),
    temporalAddress: temporal?.address ?? `127.0.0.1:${String(ports.temporal)}`,
    temporalNamespace: temporal?.namespace ?? NAMESPACE,
    temporalUiUrl: uiUrlOf(temporal, at(ports.temporalUi)),
    stripeUrl: stripe === undefined ? at(ports.stripe) : (stripe.apiUrl ?? null),
    stripeSecretKey: stripe?.secretKey ?? secrets.stripeSecretKey,
    stripeWebhookSecret: stripe?.webhookSecret ?? secrets.stripeWebhookSecret,
    studioUrl: jobs === undefined ? at(ports.studio) : null,
    jobProviderUrl: jobs?.baseUrl ?? at(ports.studio),
    jobProviderToken: jobs?.token ?? secrets.studioToken,
    jobsWebhookSecret: jobs?.webhookSecret ?? secrets.jobsWebhookSecret,
    objectStoreUrl: settings.objectStoreUrl ?? pathToFileURL(pathsOf(settings.home).objects).href,
    urlSigningSecret: secrets.urlSigningSecret,
  };
}

/** Its root would show the namespace `default`, where nothing of Scrip is. */
function uiUrlOf(temporal: Settings['temporal'], embedded: string): string | null {
  if (temporal === undefined) return createTemporalUi(embedded, NAMESPACE).list();
  return temporal.uiUrl === undefined ? null : createTemporalUi(temporal.uiUrl, temporal.namespace).list();
}

/** The environment of the API and the worker (src/platform/config.ts). */
export function environmentOf(wiring: Wiring, apiPort: number): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: wiring.databaseUrl,
    TEMPORAL_ADDRESS: wiring.temporalAddress,
    TEMPORAL_NAMESPACE: wiring.temporalNamespace,
    TEMPORAL_UI_URL: wiring.temporalUiUrl ?? '',
    STRIPE_SECRET_KEY: wiring.stripeSecretKey,
    STRIPE_API_URL: wiring.stripeUrl ?? '',
    STRIPE_WEBHOOK_SECRET: wiring.stripeWebhookSecret,
    // The studio speaks one way; another provider's is the shell's to say.
    ...(wiring.studioUrl === null ? {} : { JOB_PROVIDER_KIND: 'scrip', JOB_PROVIDER_SUBMIT: 'put' }),
    JOB_PROVIDER_URL: wiring.jobProviderUrl,
    JOB_PROVIDER_TOKEN: wiring.jobProviderToken,
    JOBS_WEBHOOK_SECRET: wiring.jobsWebhookSecret,
    OBJECT_STORE_URL: wiring.objectStoreUrl,
    URL_SIGNING_SECRET: wiring.urlSigningSecret,
    PUBLIC_URL: wiring.publicUrl,
    HOST: '127.0.0.1',
    PORT: String(apiPort),
    // Set by the sandbox alone: one that stands in the shell would give the ordinary stack another's clock.
    SANDBOX_URL: '',
  };
}
