import { appendFile, copyFile } from 'node:fs/promises';
import Stripe from 'stripe';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { startStripeSimulator, type StripeSimulator } from '../../dev/stripe-simulator/simulator';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import type { PaymentEvent, Payments } from '../../src/payments/payments';
import { createStripePayments } from '../../src/payments/stripe-payments';

const SECRET_KEY = 'sk_test_world';
const WEBHOOK_SECRET = 'whsec_world';

/** A Stripe of our own on a clock of our own, with an endpoint that keeps what it is told. */
export interface World {
  readonly url: string;
  readonly payments: Payments;
  readonly stripe: Stripe;
  /** What the endpoint took, in order, verified by the port. */
  readonly received: readonly PaymentEvent[];
  now(): Instant;
  /** Lets time pass up to an instant, stopping wherever something is due. */
  advanceTo(instant: Instant): Promise<void>;
  /** The next deliveries are answered with this status instead of 200. */
  answerWith(...statuses: number[]): void;
  /** Ends the simulator without a word and starts another on what its state file holds at that moment. */
  kill(): Promise<void>;
  /** Whoever asks for the time from now on waits until the answer is called. */
  holdClock(): () => void;
  /** Resolves when somebody waits for the time. */
  clockAsked(): Promise<void>;
  setFaults(faults: Record<string, unknown>): Promise<Response>;
  close(): Promise<void>;
}

export async function createWorld(options: { stateFile?: string; start?: string } = {}): Promise<World> {
  let now = (options.start ?? '2026-01-31T10:00:00.000Z') as Instant;
  const received: PaymentEvent[] = [];
  const statuses: number[] = [];
  const verifier = createStripePayments({ secretKey: SECRET_KEY, webhookSecrets: [WEBHOOK_SECRET] });
  const endpoint = await listen((body, signature) => {
    const status = statuses.shift() ?? 200;
    if (status === 200) received.push(verifier.parseWebhook(body, signature, now));
    return status;
  });
  let held: Promise<void> = Promise.resolve();
  let asked: (() => void) | undefined;
  const readClock = async (): Promise<Instant> => {
    asked?.();
    await held;
    return now;
  };
  let stateFile = options.stateFile ?? null;
  const start = (port: number): Promise<StripeSimulator> =>
    startStripeSimulator({
      port,
      stateFile,
      secretKey: SECRET_KEY,
      webhookUrl: `${endpoint.url}/webhooks/stripe`,
      webhookSecret: WEBHOOK_SECRET,
      now: readClock,
      onEarlierDue: () => Promise.resolve(),
    });
  let simulator = await start(0);
  const { url } = simulator;
  const port = Number(new URL(url).port);
  const payments = createStripePayments({
    secretKey: SECRET_KEY,
    apiUrl: url,
    webhookSecrets: [WEBHOOK_SECRET],
  });
  return {
    url,
    payments,
    stripe: new Stripe(SECRET_KEY, {
      host: '127.0.0.1',
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
    }),
    received,
    now: () => now,
    async advanceTo(instant) {
      for (;;) {
        const next = await simulator.carryOutDue(now);
        if (now >= instant) return;
        now = next !== null && next < instant ? next : instant;
      }
    },
    answerWith: (...next) => void statuses.push(...next),
    async kill() {
      if (stateFile === null) throw new Error('there is no state file to start from');
      const left = `${stateFile}.left`;
      await copyFile(stateFile, left);
      await appendFile(left, '[["customer","cus_cut_off');
      await simulator.close();
      stateFile = left;
      simulator = await start(port);
    },
    holdClock() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    clockAsked: () =>
      new Promise((resolve) => {
        asked = resolve;
      }),
    setFaults: (faults) =>
      fetch(`${url}/_simulator/webhooks`, { method: 'PUT', body: JSON.stringify(faults) }),
    async close() {
      await simulator.close();
      await endpoint.stop();
    },
  };
}

/** Posts to a hosted page as a person's browser would, without following where it leads. */
export function postCard(page: string, fields: Record<string, string>): Promise<Response> {
  return fetch(page, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

/** An instant some time after another. */
export function later(instant: Instant, time: { days?: number; hours?: number; seconds?: number }): Instant {
  const seconds = (time.days ?? 0) * 86_400 + (time.hours ?? 0) * 3600 + (time.seconds ?? 0);
  return instantOf(epochMsOf(instant) + seconds * 1000);
}

function listen(take: (body: Buffer, signature: string) => number): Promise<LoopbackServer> {
  return startLoopbackServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      res.statusCode = take(Buffer.concat(chunks), String(req.headers['stripe-signature']));
      res.end();
    });
  });
}
