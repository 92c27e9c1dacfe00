import { once, setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { noticeCredits } from '../activities/notice-credits';
import { createApp } from '../api/app';
import type { ApiDeps } from '../api/deps';
import { createHttpServer } from '../api/http-server';
import { createInFlight } from '../api/in-flight';
import { sandboxRoutes } from '../api/sandbox-routes';
import { createSpendWatch } from '../api/spend-watch';
import { createHttpJobs } from '../jobs/http-jobs';
import { createLedger } from '../ledger/ledger';
import { createObjectStore } from '../media/object-store-from-url';
import { createStripePayments } from '../payments/stripe-payments';
import { createClock, wallInstant } from '../platform/clock';
import { readConfig, type Config } from '../platform/config';
import { createDatabase } from '../platform/database';
import { createLogger } from '../platform/logger';
import { createMetrics } from '../platform/metrics';
import { createTemporalClient } from '../platform/temporal';

/** How long requests that are being answered may take to end; whoever stops us waits for about ten seconds. */
const CLOSE_MS_MAX = 7_000;

/** The API: one process, no state of its own. Ends when it is told to stop. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const closing = new AbortController();
  // Every request that waits listens to it: they are many, and none is a leak.
  setMaxListeners(0, closing.signal);
  const deps = createDeps(config, closing.signal);
  const server = createHttpServer(createApp(deps, sandboxRoutes(config.sandboxUrl)), config.publicUrl);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  process.stdout.write(`${JSON.stringify({ listening: addressOf(server, config.host) })}\n`);

  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  closing.abort();
  await closeServer(server);
  await deps.ledger.close();
  await Promise.all([deps.db.destroy(), deps.temporal.connection.close()]);
  deps.logger.info('stopped');
}

function createDeps(config: Config, closing: AbortSignal): Omit<ApiDeps, 'openApi'> {
  const { secretKey, apiUrl, webhookSecrets } = config.stripe;
  const { baseUrl, token, webhookSecret, submit } = config.jobs;
  const db = createDatabase(config.databaseUrl, { applicationName: 'scrip-api' });
  const temporal = createTemporalClient(config.temporal);
  const logger = createLogger({ name: 'api', level: config.logLevel });
  const clock = createClock(config);
  return {
    db,
    ledger: createLedger({ databaseUrl: config.databaseUrl }),
    temporal,
    temporalUi: config.temporalUi,
    payments: createStripePayments({ secretKey, apiUrl, webhookSecrets }),
    jobs: createHttpJobs({ baseUrl, token, webhookSecret, submit, now: wallInstant }),
    objectStore: createObjectStore(config.objectStoreUrl),
    clock,
    logger,
    metrics: createMetrics('api'),
    inFlight: createInFlight(),
    spendWatch: createSpendWatch(db),
    noticeCredits: (customerId, available) =>
      noticeCredits({ db, temporal, clock, logger }, customerId, available),
    closing,
    publicUrl: config.publicUrl,
    urlSigningSecret: config.urlSigningSecret,
    erasureKey: config.erasureKey,
  };
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

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
