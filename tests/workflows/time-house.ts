import { Connection } from '@temporalio/client';
import { connectTimeServer, type TimeServer } from '../../dev/sandbox/time-server';
import { findTestServerBinary } from '../../dev/sandbox/test-server-binary';
import { spawnLaunch, stopProcess } from '../../dev/stack/launch';
import { findPort } from '../../dev/stack/ports';
import { waitForTemporal } from '../../dev/stack/temporal-server';
import type { StripeSimulator } from '../../dev/stripe-simulator/simulator';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import type { PaymentEvent } from '../../src/payments/payments';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { createCarrier } from './inbox';
import { openHouse, type House } from './house';
import { priceCatalog, startSilentStripe, STRIPE_KEY } from './stripe';

const DAY_MS = 86_400_000;

/** A house on a clock that can be moved: months pass in moments, with all that Stripe and the workflows do in them. */
export interface TimeHouse extends House {
  readonly stripeUrl: string;
  now(): Promise<Instant>;
  /** Lets time pass; events reach the inbox when `carry` lets them. */
  advanceTo(instant: Instant): Promise<void>;
  /** Lets so many days pass; 0: carries out what is due now. */
  pass(days: number): Promise<void>;
  /** Which of the events that Stripe has to tell come through; all of them unless set. */
  carry: (event: PaymentEvent) => boolean;
}

export async function openTimeHouse(): Promise<TimeHouse> {
  const binary = await findTestServerBinary(() => undefined);
  const port = await findPort();
  const server = spawnLaunch({ file: binary, args: [String(port)] }, undefined);
  const address = { address: `127.0.0.1:${port}`, namespace: 'default' };
  await waitForTemporal(address.address, 30_000, () => server.exitCode === null);
  await registerSearchAttributes(address.address, address.namespace);
  const time = await connectTimeServer(address.address);
  const simulator = await startSilentStripe({ now: () => time.now(), onEarlierDue: () => Promise.resolve() });
  const stripe = { url: simulator.url, secretKey: STRIPE_KEY };
  const house = await openHouse({ address, stripe, clock: { now: () => time.now() } });
  await priceCatalog(house);
  const bring = createCarrier(house);
  const self: TimeHouse = {
    ...house,
    stripeUrl: simulator.url,
    now: () => time.now(),
    carry: () => true,
    advanceTo: (instant) => advance({ bring: () => bring(self.carry), time, simulator }, instant),
    async pass(days) {
      await self.advanceTo(instantOf(epochMsOf(await time.now()) + days * DAY_MS));
    },
    async stop() {
      await house.stop();
      await simulator.close();
      await time.close();
      await stopProcess(server, 'SIGTERM', 5_000);
    },
  };
  return self;
}

/** As the sandbox does: whatever is due is done before time moves on to what is due next. */
async function advance(
  parts: { bring: () => Promise<number>; time: TimeServer; simulator: StripeSimulator },
  to: Instant,
): Promise<void> {
  const { bring, time, simulator } = parts;
  for (;;) {
    const now = await time.now();
    await simulator.carryOutDue(now);
    const delivered = await bring();
    await settle(time);
    const next = await simulator.carryOutDue(await time.now());
    if (delivered > 0) continue;
    if (now >= to) return;
    const until = next !== null && next < to ? next : to;
    await time.pass(Math.max(1, epochMsOf(until) - epochMsOf(await time.now())));
  }
}

/** A look that is over sooner than it lasts proves that nothing runs. */
async function settle(time: TimeServer): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    const startedAt = performance.now();
    await time.pass(25);
    quiet = performance.now() - startedAt < 25 ? quiet + 1 : 0;
  }
}

async function registerSearchAttributes(address: string, namespace: string): Promise<void> {
  const types = { KEYWORD: 2, DATETIME: 6 } as Readonly<Record<string, number>>;
  const connection = await Connection.connect({ address });
  const wanted = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, types[type] ?? 0] as const);
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(wanted),
  });
  await connection.close();
}
