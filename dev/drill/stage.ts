import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import Stripe from 'stripe';
import { createTemporalClient } from '../../src/platform/temporal';
import { createTemporalUi, type TemporalUi } from '../../src/platform/temporal-ui';
import type { DevJson } from '../stack/dev-json';
import { identityOf } from '../stack/process-identity';

type Body = Readonly<Record<string, unknown>>;

/** How long something may take to be seen that happens by itself. */
const SEEN_MS_MAX = 90_000;

/** A running stack, as somebody finds it who makes trouble on it from outside. */
export interface Stage {
  /** SCRIP_HOME. */
  readonly home: string;
  readonly dev: DevJson;
  readonly stripe: Stripe;
  readonly temporal: Client;
  readonly ui: TemporalUi;
  /** Calls the API with the operator's key. Throws for every refusal. */
  call(method: string, path: string, body?: unknown): Promise<Body>;
  /** A new customer; the id. */
  newCustomer(): Promise<string>;
  /** Fills in a page of Stripe's where somebody pays. */
  pay(pageUrl: string, card?: string): Promise<void>;
  /** Whether Stripe's webhooks are lost while something is done. */
  withoutWebhooks(act: () => Promise<void>): Promise<void>;
  /** Sends an event that Stripe has signed. */
  sendEvent(event: Body): Promise<void>;
  /** Waits until something is so. */
  readonly until: (what: string, isSo: () => Promise<boolean>) => Promise<void>;
  close(): Promise<void>;
}

/** The stage of a running stack. Throws an error for people where none runs, or one that has no simulator of Stripe. */
export async function findStage(home: string): Promise<Stage> {
  const text = await readFile(join(home, 'dev.json'), 'utf8').catch(() => undefined);
  const dev = text === undefined ? undefined : (JSON.parse(text) as DevJson);
  // A stack that was killed leaves its file behind.
  const isThere = dev?.pids.stack !== undefined && (await identityOf(dev.pids.stack)) !== undefined;
  if (dev === undefined || !isThere) {
    throw new Error(
      `No stack is running in ${home}. Start one with npm start and leave it running; of a stack elsewhere set SCRIP_HOME.`,
    );
  }
  return openStage(home, dev);
}

export function openStage(home: string, dev: DevJson): Stage {
  const { apiUrl, operatorKey, stripeUrl, studioUrl, temporalUiUrl, temporalNamespace } = dev;
  if (stripeUrl === null || studioUrl === null || temporalUiUrl === null) {
    throw new Error('The drill needs a stack with its own Temporal, Stripe simulator and studio: npm start.');
  }
  const temporal = createTemporalClient({ address: dev.temporalAddress, namespace: temporalNamespace });
  const stripe = stripeAt(stripeUrl, dev.stripeSecretKey);

  async function call(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${operatorKey}`,
        'Idempotency-Key': randomUUID(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${String(response.status)}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Body);
  }
  const setWebhooks = async (faults: Body): Promise<void> => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify(faults);
    await fetch(`${stripeUrl}/_simulator/webhooks`, { method: 'PUT', headers, body });
  };
  return {
    home,
    dev,
    stripe,
    temporal,
    ui: createTemporalUi(temporalUiUrl, temporalNamespace),
    call,
    newCustomer: async () =>
      String((await call('POST', '/v1/customers', { externalId: `drill-${randomUUID()}` }))['id']),
    async pay(pageUrl, card = '4242424242424242') {
      const body = new URLSearchParams({ number: card });
      const { status } = await fetch(pageUrl, { method: 'POST', redirect: 'manual', body });
      if (status >= 400) throw new Error(`${pageUrl} was answered ${String(status)}`);
    },
    async withoutWebhooks(act) {
      await setWebhooks({ drop: true });
      try {
        await act();
      } finally {
        await setWebhooks({});
      }
    },
    async sendEvent(event) {
      const payload = JSON.stringify(event);
      const secret = dev.stripeWebhookSecret;
      const signature = stripe.webhooks.generateTestHeaderString({ payload, secret });
      const headers = { 'Stripe-Signature': signature, 'Content-Type': 'application/json' };
      const response = await fetch(`${apiUrl}/webhooks/stripe`, { method: 'POST', headers, body: payload });
      if (!response.ok) throw new Error(`the webhook was answered ${String(response.status)}`);
    },
    until,
    close: () => temporal.connection.close(),
  };
}

function stripeAt(url: string, key: string): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0 });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + SEEN_MS_MAX;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`It was not seen that ${what}.`);
    await delay(200);
  }
}
