import Stripe from 'stripe';

/** Where a running sandbox is, as its dev.json says. */
export interface SandboxAddress {
  readonly apiUrl: string;
  readonly operatorKey: string;
  readonly stripeUrl: string | null;
  readonly stripeSecretKey: string;
}

export interface Answer {
  readonly status: number;
  // Answers are checked against the OpenAPI document elsewhere; here each scenario looks at the fields it names.
  readonly body: Readonly<Record<string, unknown>>;
}

/** Everything that a scenario may use: the API, Stripe's own API, the simulator's faults, and the clock. */
export interface SandboxClient {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, key?: string): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** Fills in the checkout page's form; the status of what came back, unfollowed. */
  payCheckout(checkoutUrl: string, number: string): Promise<number>;
  setWebhookFaults(faults: unknown): Promise<void>;
  advance(target: { by: string } | { to: string }): Promise<string>;
  now(): Promise<string>;
  readonly stripe: Stripe;
}

let keys = 0;

/** A client of one sandbox. Every POST gets an idempotency key of its own unless it is given one. */
export function connectSandbox(address: SandboxAddress): SandboxClient {
  const { stripeUrl } = address;
  if (stripeUrl === null) throw new Error('A sandbox has a Stripe simulator of its own.');
  const stripeAt = new URL(stripeUrl);
  const send = async (method: string, path: string, body?: unknown, key?: string): Promise<Answer> => {
    const res = await fetch(`${address.apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${address.operatorKey}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(method === 'POST' ? { 'Idempotency-Key': key ?? `scenario-${String((keys += 1))}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  };
  const clock = ({ status, body }: Answer): string => {
    if (status !== 200) throw new Error(`The clock answered ${String(status)}: ${JSON.stringify(body)}`);
    return String(body['now']);
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body, key) => send('POST', path, body, key),
    put: (path, body) => send('PUT', path, body),
    advance: async (target) => clock(await send('POST', '/sandbox/clock/advance', target)),
    now: async () => clock(await send('GET', '/sandbox/clock')),
    async payCheckout(checkoutUrl, number) {
      const res = await fetch(checkoutUrl, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ number }),
      });
      await res.arrayBuffer();
      return res.status;
    },
    async setWebhookFaults(faults) {
      const res = await fetch(`${stripeUrl}/_simulator/webhooks`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(faults),
      });
      if (res.status !== 200) throw new Error(`The simulator refused the faults: ${String(res.status)}`);
    },
    stripe: new Stripe(address.stripeSecretKey, {
      host: stripeAt.hostname,
      port: stripeAt.port,
      protocol: 'http',
      maxNetworkRetries: 0,
    }),
  };
}
