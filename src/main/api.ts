// First, because the rest does not run on old versions of Node.
import '../platform/require-node.cjs';
import { once, setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { noticeCredits } from '../activities/top-ups/notice-credits';
import { createApi, type ApiParts } from '../api/create-api';
import { createHttpServer } from '../api/http/http-server';
import { createInFlight } from '../api/http/in-flight';
import { sandboxRoutes } from '../api/operations/sandbox/sandbox-routes';
import { keepPresence } from '../api/keep-presence';
import { createSpendWatch } from '../api/operations/spends/spend-watch';
import { createUploadTurns } from '../api/operations/works/upload-door';
import { createJobs } from '../jobs/create-jobs';
import { createLedger } from '../ledger/ledger';
import { createObjectStore } from '../media/object-store-from-url';
import { createPictureDesk } from '../media/picture-desk';
import { createStripePayments } from '../payments/stripe-payments';
import { createClock, wallInstant } from '../platform/clock';
import { ConfigError, readConfig, type Config } from '../platform/config';
import { createDatabase } from '../platform/database';
import { refuseUnfitDatabaseAt } from '../platform/fit-database';
import { createLogger } from '../platform/logger';
import { createMetrics } from '../platform/metrics';
import { withOwnSecrets } from '../platform/own-secrets';
import { createTemporalClient } from '../platform/temporal';
import { endWith } from './end-with';
import { allowancesOf } from '../store/allowances';

/** How long requests that are being answered may take to end; whoever stops us waits for about ten seconds. */
const CLOSE_MS_MAX = 7_000;

/** The API: one process, no state of its own. Ends when it is told to stop. */
async function main(): Promise<void> {
  const config = readConfig(withOwnSecrets('api', process.env));
  await refuseUnfitDatabaseAt(config.databaseUrl);
  const closing = new AbortController();
  // Every request that waits listens to it: they are many, and none is a leak.
  setMaxListeners(0, closing.signal);
  const deps = createDeps(config, closing.signal);
  const server = createHttpServer(createApi(deps, sandboxRoutes(config.sandboxUrl)), config.publicUrl);
  // In the sandbox time is not real, and an outage of its programs takes none of it.
  if (config.sandboxUrl === undefined) await keepPresence(deps);
  await listen(server, config);
  process.stdout.write(`${JSON.stringify({ listening: addressOf(server, config.host) })}\n`);

  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  closing.abort();
  await closeServer(server);
  await deps.ledger.close();
  await Promise.all([deps.db.destroy(), deps.temporal.connection.close()]);
  deps.logger.info('stopped');
}

function createDeps(config: Config, closing: AbortSignal): ApiParts {
  const { secretKey, apiUrl, webhookSecrets } = config.stripe;
  const db = createDatabase(config.databaseUrl, { applicationName: 'scrip-api' });
  const temporal = createTemporalClient(config.temporal);
  const logger = createLogger({ name: 'api', level: config.logLevel });
  const clock = createClock(config);
  const allowances = allowancesOf(db, clock);
  return {
    db,
    ledger: createLedger({ databaseUrl: config.databaseUrl, allowancesOf: allowances }),
    allowancesOf: allowances,
    temporal,
    temporalUi: config.temporalUi,
    payments: createStripePayments({ secretKey, apiUrl, webhookSecrets }),
    jobs: createJobs(config.jobs, wallInstant),
    objectStore: createObjectStore(config.objectStoreUrl),
    uploadTurns: createUploadTurns(),
    pictureDesk: createPictureDesk(join(__dirname, 'prepare-upload.js')),
    clock,
    logger,
    metrics: createMetrics('api'),
    inFlight: createInFlight(),
    spendWatch: createSpendWatch(db),
    noticeCredits: (customerId, available) =>
      noticeCredits({ db, allowancesOf: allowances, temporal, clock, logger }, customerId, available),
    closing,
    publicUrl: config.publicUrl,
    urlSigningSecret: config.urlSigningSecret,
    erasureKey: config.erasureKey,
  };
}

/** Throws a `ConfigError` when the port or the address cannot be used. */
async function listen(server: Server, { port, host }: Config): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = {
      EADDRINUSE: 'is in use',
      EACCES: 'may not be used by this user account',
      EADDRNOTAVAIL: 'is not an address of this machine',
    }[String(code)];
    if (reason === undefined) throw error;
    throw new ConfigError(`${code === 'EADDRNOTAVAIL' ? `HOST ${host}` : `PORT ${String(port)}`} ${reason}.`);
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Takes no more connections and lets those end that are being answered, for a while. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
  await closed;
  clearTimeout(timer);
}

main().catch(endWith);
