import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { Knex } from 'knex';
import { seedHouseModels } from '../../dev/stack/seed';
import { createActivities } from '../../src/activities';
import type { ActivityDeps } from '../../src/activities/deps';
import { createJobNotices } from '../../src/activities/spends/job-notices';
import type { Catalog } from '../../src/domain/catalog/catalog';
import { credits } from '../../src/domain/credits';
import { instantOf } from '../../src/domain/instants';
import { createHttpJobs } from '../../src/jobs/http-jobs';
import { createLedger } from '../../src/ledger/ledger';
import { createFileStore } from '../../src/media/file-store';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { systemClock, type Clock } from '../../src/platform/clock';
import { createDatabase } from '../../src/platform/database';
import { fingerprintOf } from '../../src/platform/fingerprint';
import { newId } from '../../src/platform/ids';
import { createLogger } from '../../src/platform/logger';
import { findPackageRoot } from '../../src/platform/package-root';
import type { TemporalAddress } from '../../src/platform/temporal';
import { createWorker } from '../../src/platform/temporal-worker';
import { allowancesOf } from '../../src/store/allowances';
import { listSoldItems } from '../../src/store/catalog-prices';
import { publishCatalog } from '../../src/store/publish-catalog';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { customerRecord } from '../../src/store/customers';
import { TASK_QUEUES } from '../../src/workflows/messages';
import { SECRET, startTestStudio, TOKEN, type TestStudio } from '../studio/test-studio';
import { createTestDatabase } from '../support/database';
import { createTestNamespace } from '../support/temporal';
import { workflowBundle } from './bundle';
import { withFaults, type Faults } from './faults';

/** Everything that workflows need, real: Postgres, Temporal, the ledger, the studio, an object store. */
export interface House {
  readonly db: Knex;
  readonly databaseUrl: string;
  /** Does as the schema's owner what the application may not: publish. */
  asOwner<Result>(use: (owner: Knex) => Promise<Result>): Promise<Result>;
  readonly client: Client;
  readonly address: TemporalAddress;
  readonly studio: TestStudio;
  /** Where the object store keeps its objects. */
  readonly objectsFolder: string;
  readonly catalog: Catalog;
  readonly deps: ActivityDeps;
  readonly faults: Faults;
  /** A new customer with so many credits. */
  newCustomer(amount: number): Promise<string>;
  /** Starts the workers in this process; answers how to stop them. */
  startWorkers(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export interface HouseOptions {
  readonly clock?: Clock;
  /** Absent: no Stripe; checkouts are refused. */
  readonly stripe?: { readonly url: string; readonly secretKey: string };
  /** Absent: a namespace of its own on the run's dev server. */
  readonly address?: TemporalAddress;
  readonly publicUrl?: string;
  /** Answers where the workers find the studio, should something stand between. */
  readonly providerAt?: (studioUrl: string) => string;
}

/** What a bare house says about itself where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  quietRuntime();
  const database = await createTestDatabase();
  const address = options.address ?? (await createTestNamespace());
  const folder = await mkdtemp(join(tmpdir(), 'scrip-house-'));
  const studio = await startTestStudio();
  const db = createDatabase(database.appUrl);
  const asOwner = async <Result>(use: (owner: Knex) => Promise<Result>): Promise<Result> => {
    const owner = createDatabase(database.ownerUrl, { connectionsMax: 1 });
    return use(owner).finally(() => owner.destroy());
  };
  const clock = options.clock ?? systemClock;
  const allowances = allowancesOf(db, clock);
  const ledger = createLedger({ databaseUrl: database.appUrl, allowancesOf: allowances });
  const connection = await Connection.connect({ address: address.address });
  const client = new Client({ connection, namespace: address.namespace });
  const native = await NativeConnection.connect({ address: address.address });
  const deps: ActivityDeps = {
    db,
    ledger,
    allowancesOf: allowances,
    temporal: client,
    payments: createStripePayments({
      secretKey: options.stripe?.secretKey ?? 'sk_test_nobody',
      apiUrl: options.stripe?.url ?? NOWHERE,
      webhookSecrets: [],
    }),
    jobs: createHttpJobs({
      baseUrl: options.providerAt?.(studio.url) ?? studio.url,
      token: TOKEN,
      webhookSecret: SECRET,
      submit: 'put',
      now: () => instantOf(Date.now()),
      timeoutMs: 2_000,
      // Its jobs may be asked for by another address than the one that its outputs lie at.
      outputHosts: [new URL(studio.url).host],
    }),
    objectStore: createFileStore(folder),
    clock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    jobNotices: createJobNotices(),
    publicUrl: options.publicUrl ?? NOWHERE,
    urlSigningSecret: 'signs links',
    erasureKey: 'keeps persons apart',
    jobSilenceMs: 60_000,
    trainerVersion: 'style-trainer-1',
  };
  const faults = withFaults(createActivities(deps));
  const catalog = parseCatalog(
    await readFile(join(findPackageRoot(), 'catalog', 'exactly-2024.yaml'), 'utf8'),
  );
  if (options.stripe === undefined) {
    const prices = listSoldItems(catalog).map((item, index) => ({
      ...item,
      stripePriceId: `price_${index}`,
    }));
    await asOwner(async (owner) => publishCatalog(owner, catalog, prices, await clock.now()));
  }
  await seedHouseModels(db);
  return {
    db,
    databaseUrl: database.appUrl,
    asOwner,
    client,
    address,
    studio,
    objectsFolder: folder,
    catalog,
    deps,
    faults,
    newCustomer: (amount) => newCustomer(deps, amount),
    async startWorkers() {
      const workflows = { bundleCode: await workflowBundle() };
      const parts = {
        connection: native,
        namespace: address.namespace,
        workflows,
        activities: faults.activities,
      };
      const workers = await Promise.all(
        Object.values(TASK_QUEUES).map((taskQueue) => createWorker({ ...parts, taskQueue })),
      );
      const runs = workers.map((worker) => worker.run());
      return async () => {
        for (const worker of workers) worker.shutdown();
        await Promise.all(runs);
      };
    },
    async stop() {
      await Promise.all([connection.close(), native.close(), studio.stop(), ledger.close(), db.destroy()]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let isQuiet = false;

/** Planned failures are not worth a line; the runtime is one per process. */
function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  const logging = { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } });
}

async function newCustomer({ ledger, clock }: ActivityDeps, amount: number): Promise<string> {
  const id = newId('cus');
  const at = await clock.now();
  const record = customerRecord({ id, externalId: id, email: null, name: null, createdAt: at });
  const result = await ledger.submit({
    op: 'grant',
    key: `signup:${id}`,
    fingerprint: fingerprintOf({ id }),
    walletId: id,
    grantId: newId('grt'),
    source: 'signup',
    credits: credits(amount),
    cost: null,
    expiresAt: null,
    effectiveAt: at,
    reason: 'Welcome',
    records: [record],
  });
  if (result.outcome !== 'applied') throw new Error(`no customer: ${result.outcome}`);
  return id;
}
