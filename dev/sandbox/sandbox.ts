import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareNamespace } from '../../src/platform/temporal';
import { migrate } from '../../src/platform/migrate';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { choosePorts, type Ports } from '../stack/chosen-ports';
import { createDevFile } from '../stack/dev-file';
import type { DevJson } from '../stack/dev-json';
import { apiPart, nodePart } from '../stack/parts';
import type { PartName } from '../stack/part';
import { createDatabaseOnce, prepareCluster } from '../stack/postgres';
import { makePrivate } from '../stack/private-home';
import { takeState } from '../stack/run-record';
import { readOrMakeSecrets, type Secrets } from '../stack/secrets';
import { pathsOf, type Settings } from '../stack/settings';
import { devJsonOf, pidsOf, seed, type Stack } from '../stack/stack';
import { createSupervisor, type Supervisor } from '../stack/supervisor';
import type { Say } from '../stack/temporal-cli';
import { DATABASE_NAME, environmentOf, wire, type Wiring } from '../stack/wiring';
import { startSandboxClock, type SandboxClock } from './sandbox-clock';
import { throwawayPostgresPart, timeServerPart } from './parts';
import { findTestServerBinary } from './test-server-binary';

/** Whatever is in the middle of something when one of these dies, the time-skipping server cannot go on with. */
const IRREPLACEABLE: readonly PartName[] = ['temporal', 'worker', 'postgres'];

/**
 * The stack on a clock that can be moved: as the embedded stack, but its Temporal server skips time and keeps nothing,
 * and what stands in for Stripe runs in this very process, on the same clock. It starts fresh each time, in a folder below
 * the given home that is removed at the end, and stops when its Temporal server or its worker dies.
 */
export async function createSandbox(given: Settings, say: Say): Promise<Stack> {
  const paths = pathsOf(given.home);
  const home = join(given.home, 'sandbox');
  await makePrivate(given.home);
  const record = await takeState(paths.runFile, say);
  // What stands in for Stripe is no process of its own.
  const devFile = createDevFile(paths.devFile, () => ({ ...pidsOf(supervisor), stripe: process.pid }));
  await devFile.remove();
  await rm(home, { recursive: true, force: true });
  await mkdir(pathsOf(home).logs, { recursive: true });
  const supervisor = createSupervisor(pathsOf(home).logs, {
    say,
    spawned: (name, pid) => record.note(name, pid),
    async restarted(name) {
      await devFile.refresh();
      say(`${name} is ready again`);
    },
    irreplaceable: IRREPLACEABLE,
  });
  let clock: SandboxClock | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const clockFailed = new Promise<never>((_, reject) => (fail = reject));
  const givenUp = Promise.race([supervisor.givenUp, clockFailed]);
  givenUp.catch(() => undefined);
  return {
    givenUp,
    start: () =>
      startAll(
        { ...ALL_EMBEDDED, home, port: given.port, catalog: given.catalog },
        supervisor,
        say,
        (started) => {
          clock = started;
          started.failed.catch(fail);
        },
      ),
    announce: (dev) => devFile.announce(dev),
    async stop() {
      await devFile.remove();
      await supervisor.stop(['api', 'worker'], 4_000);
      await clock?.stop();
      await supervisor.stop(['studio', 'temporal'], 2_000);
      await supervisor.stop(['postgres'], 2_000);
      await rm(home, { recursive: true, force: true });
      await record.release();
    },
  };
}

/** What replaces a part of the ordinary stack has another clock, so nothing does here. */
const ALL_EMBEDDED = {
  database: undefined,
  temporal: undefined,
  stripe: undefined,
  jobs: undefined,
  objectStoreUrl: undefined,
  publicUrl: undefined,
} as const;

async function startAll(
  given: Settings,
  supervisor: Supervisor,
  say: Say,
  clockStarted: (clock: SandboxClock) => void,
): Promise<DevJson> {
  const paths = pathsOf(given.home);
  const secrets = await readOrMakeSecrets(paths.secretsFile);
  const ports = await choosePorts(paths.portsFile, given.port);
  const temporal = { address: `127.0.0.1:${ports.temporal}`, namespace: 'default', uiUrl: undefined };
  const settings = { ...given, temporal };
  const wiring = wire(settings, ports, secrets);
  await Promise.all([
    startPostgres(given.home, supervisor, wiring, ports, secrets),
    startTimeServer(supervisor, ports, say),
    startStudio(given.home, supervisor, wiring, ports),
  ]);
  await prepareNamespace(temporal, Object.values(SEARCH_ATTRIBUTES));
  const clock = await startSandboxClock({
    wiring,
    stripePort: ports.stripe,
    logFile: join(paths.logs, 'clock.log'),
  });
  clockStarted(clock);
  const keys = await seed(settings, wiring, secrets);
  const environment = { ...environmentOf(wiring, ports.api), SANDBOX_URL: clock.url };
  await Promise.all([
    supervisor.start(nodePart('worker', 'src/main/worker.js', environment, 'workerReady')),
    supervisor.start(apiPart(environment, wiring.apiUrl)),
  ]);
  return { ...devJsonOf(wiring, keys, supervisor), sandboxUrl: clock.url };
}

async function startPostgres(
  home: string,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
  secrets: Secrets,
): Promise<void> {
  const cluster = await prepareCluster(pathsOf(home).postgres, secrets.ownerPassword);
  await supervisor.start(throwawayPostgresPart(cluster, ports.postgres, wiring.postgresServerUrl));
  await createDatabaseOnce(wiring.postgresServerUrl, DATABASE_NAME);
  await migrate(wiring.databaseOwnerUrl, wiring.databaseUrl);
}

async function startTimeServer(supervisor: Supervisor, ports: Ports, say: Say): Promise<void> {
  const binary = await findTestServerBinary(say);
  await supervisor.start(timeServerPart(binary, ports.temporal));
}

async function startStudio(
  home: string,
  supervisor: Supervisor,
  wiring: Wiring,
  ports: Ports,
): Promise<void> {
  const environment = {
    PORT: String(ports.studio),
    STATE_DIR: pathsOf(home).studio,
    TOKEN: wiring.jobProviderToken,
    WEBHOOK_SECRET: wiring.jobsWebhookSecret,
  };
  await supervisor.start(nodePart('studio', 'dev/studio/main.js', environment, 'url'));
}
