import { destination, pino } from 'pino';
import { createLedger } from '../../src/ledger/ledger';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { createDatabase } from '../../src/platform/database';
import { createTemporalClient } from '../../src/platform/temporal';
import { installTemporalRuntime } from '../../src/platform/temporal-worker';
import { allowancesOf } from '../../src/store/allowances';
import type { Wiring } from '../stack/wiring';
import { startStripeSimulator } from '../stripe-simulator/simulator';
import { createAdvance } from './advance';
import { startController } from './controller';
import { startDriver } from './driver';
import { describePendingWork } from './pending-work';
import { createSandboxDue } from './sandbox-due';
import { connectTimeServer } from './time-server';

export interface SandboxClock {
  /** Where the clock is told and moved. */
  readonly url: string;
  /** Rejects when the clock can no longer be driven. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Everything that waits for time outside of the product: the Stripe simulator, the driver that lets it and the chores do
 * what is due, and the controller. Temporal and Postgres must be there; the API and the worker come later.
 */
export async function startSandboxClock({
  wiring,
  stripePort,
  logFile,
}: {
  readonly wiring: Wiring;
  readonly stripePort: number;
  readonly logFile: string;
}): Promise<SandboxClock> {
  const { temporalAddress: address, temporalNamespace: namespace } = wiring;
  const logger = pino({ name: 'clock' }, destination({ dest: logFile, sync: true }));
  installTemporalRuntime(logger);
  const timeServer = await connectTimeServer(address);
  const temporal = createTemporalClient({ address, namespace });
  const db = createDatabase(wiring.databaseUrl, { applicationName: 'scrip-sandbox' });
  const allowances = allowancesOf(db, timeServer);
  const ledger = createLedger({ databaseUrl: wiring.databaseUrl, allowancesOf: allowances });
  // Until there is a driver nothing is asked of the simulator.
  let poke = (): Promise<void> => Promise.resolve();
  const simulator = await startStripeSimulator({
    port: stripePort,
    stateFile: null,
    secretKey: wiring.stripeSecretKey,
    webhookUrl: `${wiring.publicUrl}/webhooks/stripe`,
    webhookSecret: wiring.stripeWebhookSecret,
    now: () => timeServer.now(),
    onEarlierDue: () => poke(),
  });
  const payments = createStripePayments({
    secretKey: wiring.stripeSecretKey,
    apiUrl: simulator.url,
    webhookSecrets: [wiring.stripeWebhookSecret],
  });
  const deps = { db, ledger, allowancesOf: allowances, payments, temporal, clock: timeServer, logger };
  const carryOutDue = createSandboxDue(simulator, deps, (error, chore) =>
    logger.error({ err: error, chore }, 'a chore failed and is tried again'),
  );
  const driver = await startDriver({
    client: temporal,
    address,
    namespace,
    timeServer,
    logger,
    carryOutDue,
  });
  poke = () => driver.poke();
  const advance = createAdvance({
    timeServer,
    catchUp: () => driver.catchUp(),
    describePendingWork: () => describePendingWork(temporal, db),
  });
  const controller = await startController({ now: () => timeServer.now(), advance });
  return {
    url: controller.url,
    failed: driver.failed,
    async stop() {
      await controller.stop();
      await driver.stop();
      await simulator.close();
      await ledger.close();
      await Promise.all([db.destroy(), temporal.connection.close(), timeServer.close()]);
    },
  };
}
