import { mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { createDatabase } from '../../src/platform/database';
import { migrate } from '../../src/platform/migrate';
import { prepareNamespace } from '../../src/platform/temporal';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { choosePorts, type Ports } from './chosen-ports';
import { createDevFile } from './dev-file';
import type { DevJson } from './dev-json';
import { PART_NAMES } from './part';
import {
  apiPart,
  nodePart,
  postgresPart,
  prepareTemporalFolder,
  removeStalePidFile,
  temporalPart,
} from './parts';
import { createDatabaseOnce, prepareCluster } from './postgres';
import { makePrivate } from './private-home';
import { takeState } from './run-record';
import { readOrMakeSecrets, type Secrets } from './secrets';
import { keepApiKey, publishCatalog, seedHouseModels, sellsPictures } from './seed';
import { pathsOf, type Settings } from './settings';
import { writeJsonFile } from './state-file';
import { createSupervisor, type Supervisor } from './supervisor';
import { findTemporalBinary } from './temporal-binary';
import type { Say } from './temporal-cli';
import { DATABASE_NAME, environmentOf, wire, type Wiring } from './wiring';

const LOG_BYTES_MAX = 10_000_000;

/** A stack whose parts are started one by one by `start`; `stop` may be called at any time, also in the middle of it. */
export interface Stack {
  /** Resolves when everything works, with what is known about it. Rejects when a part could not be started. */
  start(): Promise<DevJson>;
  /** Makes the running stack known to programs; from here on the file follows the processes. */
  announce(dev: DevJson): Promise<void>;
  /** Stops every part in order and leaves nothing behind but the state. */
  stop(): Promise<void>;
  /** Rejects when a part died too often. */
  readonly givenUp: Promise<never>;
}

/** The embedded stack on one folder of state. Throws when another one runs on it. */
export async function createStack(settings: Settings, say: Say): Promise<Stack> {
  const paths = pathsOf(settings.home);
  await makePrivate(settings.home);
  await mkdir(paths.logs, { recursive: true });
  const record = await takeState(paths.runFile, say);
  const devFile = createDevFile(paths.devFile, () => pidsOf(supervisor));
  await devFile.remove();
  const supervisor = createSupervisor(paths.logs, {
    say,
    spawned: (name, pid) => record.note(name, pid),
    async restarted(name) {
      await devFile.refresh();
      say(`${name} is ready again`);
    },
  });
  return {
    givenUp: supervisor.givenUp,
    async start() {
      await rotateLogs(paths.logs);
      return startAll(settings, supervisor, say);
    },
    announce: (dev) => devFile.announce(dev),
    async stop() {
      await devFile.remove();
      await supervisor.stop(['api', 'worker'], 6_000);
      await supervisor.stop(['temporal', 'stripe', 'studio'], 1_500);
      await supervisor.stop(['postgres'], 1_500);
      await record.release();
    },
  };
}

async function startAll(settings: Settings, supervisor: Supervisor, say: Say): Promise<DevJson> {
  const paths = pathsOf(settings.home);
  const secrets = await readOrMakeSecrets(paths.secretsFile);
  const ports = await choosePorts(paths.portsFile, settings.port);
  const wiring = wire(settings, ports, secrets);
  await Promise.all([
    startPostgres(settings, supervisor, wiring, ports, secrets),
    startTemporal(settings, supervisor, wiring, ports, say),
    startStripe(settings, supervisor, wiring, ports),
    startStudio(settings, supervisor, wiring, ports),
  ]);
  const keys = await seed(settings, wiring, secrets);
  await writeJsonFile(paths.secretsFile, { ...secrets, ...keys });
  const environment = environmentOf(wiring, ports.api);
  await Promise.all([
    supervisor.start(nodePart('worker', 'src/main/worker.js', environment, 'workerReady')),
    supervisor.start(apiPart(environment, wiring.apiUrl)),
  ]);
  return devJsonOf(wiring, keys, supervisor);
}

async function startPostgres(
  settings: Settings,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
  secrets: Secrets,
): Promise<void> {
  if (settings.database === undefined) {
    const cluster = await prepareCluster(pathsOf(settings.home).postgres, secrets.ownerPassword);
    await removeStalePidFile(cluster.dataFolder);
    await supervisor.start(postgresPart(cluster, ports.postgres, wiring.postgresServerUrl));
    await createDatabaseOnce(wiring.postgresServerUrl, DATABASE_NAME);
  }
  await migrate(wiring.databaseOwnerUrl, wiring.databaseUrl);
}

async function startTemporal(
  settings: Settings,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
  say: Say,
): Promise<void> {
  const { temporalAddress: address, temporalNamespace: namespace } = wiring;
  if (settings.temporal === undefined) {
    const { file, source } = await findTemporalBinary(say);
    say(`Temporal server: ${source}`);
    await linkProgram(pathsOf(settings.home).bin, 'temporal', file);
    const folder = pathsOf(settings.home).temporal;
    await prepareTemporalFolder(folder);
    const server = { binary: file, folder, port: ports.temporal, uiPort: ports.temporalUi, namespace };
    await supervisor.start(temporalPart(server));
  } else {
    say(`Temporal server: ${address} (TEMPORAL_ADDRESS)`);
  }
  await prepareNamespace({ address, namespace }, Object.values(SEARCH_ATTRIBUTES));
}

/** Puts a program into a folder under a name of its own. */
async function linkProgram(folder: string, name: string, file: string): Promise<void> {
  const link = join(folder, name);
  await mkdir(folder, { recursive: true });
  await rm(link, { force: true });
  await symlink(resolve(file), link);
}

async function startStripe(
  settings: Settings,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
): Promise<void> {
  if (settings.stripe !== undefined) return;
  const folder = pathsOf(settings.home).stripe;
  await mkdir(folder, { recursive: true });
  const environment = {
    PORT: String(ports.stripe),
    STATE_FILE: join(folder, 'state'),
    SECRET_KEY: wiring.stripeSecretKey,
    WEBHOOK_URL: `${wiring.publicUrl}/webhooks/stripe`,
    WEBHOOK_SECRET: wiring.stripeWebhookSecret,
  };
  await supervisor.start(nodePart('stripe', 'dev/stripe-simulator/main.js', environment, 'url'));
}

async function startStudio(
  settings: Settings,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
): Promise<void> {
  if (settings.jobs !== undefined) return;
  const folder = pathsOf(settings.home).studio;
  await mkdir(folder, { recursive: true });
  const environment = {
    PORT: String(ports.studio),
    STATE_DIR: folder,
    TOKEN: wiring.jobProviderToken,
    WEBHOOK_SECRET: wiring.jobsWebhookSecret,
  };
  await supervisor.start(nodePart('studio', 'dev/studio/main.js', environment, 'url'));
}

/** What the database needs before the first request: a catalog, two keys, the house models. As the owner, who alone may. */
export async function seed(settings: Settings, wiring: Wiring, secrets: Secrets) {
  const db = createDatabase(wiring.databaseOwnerUrl, { applicationName: 'scrip-stack', connectionsMax: 1 });
  try {
    const payments = createStripePayments({
      secretKey: wiring.stripeSecretKey,
      apiUrl: wiring.stripeUrl ?? undefined,
      webhookSecrets: [wiring.stripeWebhookSecret],
    });
    await publishCatalog(db, payments, settings.catalog);
    if (settings.jobs === undefined && (await sellsPictures(db))) await seedHouseModels(db);
    return {
      apiKey: await keepApiKey(db, secrets.apiKey, 'local customer key', ['customer']),
      operatorKey: await keepApiKey(db, secrets.operatorKey, 'local operator key', ['customer', 'operator']),
    };
  } finally {
    await db.destroy();
  }
}

/** What is known about a running stack. */
export function devJsonOf(
  wiring: Wiring,
  keys: { apiKey: string; operatorKey: string },
  supervisor: Supervisor,
): DevJson {
  return {
    apiUrl: wiring.apiUrl,
    ...keys,
    databaseUrl: wiring.databaseUrl,
    databaseOwnerUrl: wiring.databaseOwnerUrl,
    temporalAddress: wiring.temporalAddress,
    temporalNamespace: wiring.temporalNamespace,
    temporalUiUrl: wiring.temporalUiUrl,
    stripeUrl: wiring.stripeUrl,
    stripeSecretKey: wiring.stripeSecretKey,
    stripeWebhookSecret: wiring.stripeWebhookSecret,
    studioUrl: wiring.studioUrl,
    jobsWebhookSecret: wiring.jobsWebhookSecret,
    pids: pidsOf(supervisor),
  };
}

/** The processes of now, the stack's own among them. */
export function pidsOf(supervisor: Supervisor) {
  return { stack: process.pid, ...supervisor.pids() };
}

/** A log that has grown large is kept once more under another name. */
async function rotateLogs(folder: string): Promise<void> {
  for (const name of PART_NAMES) {
    const file = join(folder, `${name}.log`);
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size > LOG_BYTES_MAX) await rename(file, `${file}.1`);
  }
}
