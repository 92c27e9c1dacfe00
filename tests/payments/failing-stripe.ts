import { startLoopbackServer } from '../../dev/stack/loopback-server';
import { createStripePayments } from '../../src/payments/stripe-payments';
import type { Payments } from '../../src/payments/payments';
import { send } from './recorder';

export interface FailingStripe {
  readonly payments: Payments;
  /** The next call of this kind is answered with a 500, for ever under its key; was it carried out all the same? */
  failNext(path: RegExp, isDone: boolean): void;
  close(): Promise<void>;
}

/**
 * Stripe on a bad day, in front of a Stripe that works: it keeps the first answer to a key even when that is its own
 * failure, and repeats it (https://docs.stripe.com/api/idempotent_requests).
 */
export async function startFailingStripe(target: string): Promise<FailingStripe> {
  const failed = new Set<string>();
  let next: { path: RegExp; isDone: boolean } | undefined;
  const server = await startLoopbackServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = 'GET', url: path = '/' } = req;
      const headers = Object.fromEntries(
        ['authorization', 'content-type', 'idempotency-key', 'stripe-version'].flatMap((name) => {
          const value = req.headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        }),
      );
      const key = headers['idempotency-key'] ?? '';
      const pass = () =>
        send(target, { method, path, body: Buffer.concat(chunks).toString('utf8') }, headers);
      const fail = (replayed: Readonly<Record<string, string>>) => {
        res.writeHead(500, { 'Content-Type': 'application/json', ...replayed });
        res.end(JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred' } }));
      };
      const answer = async (): Promise<void> => {
        if (failed.has(key)) {
          fail({ 'Idempotent-Replayed': 'true' });
          return;
        }
        if (method === 'POST' && next?.path.test(path) === true) {
          failed.add(key);
          if (next.isDone) await pass();
          next = undefined;
          fail({});
          return;
        }
        const given = await pass();
        res.writeHead(given.status, { 'Content-Type': 'application/json' });
        res.end(await given.text());
      };
      answer().catch(() => res.destroy());
    });
  });
  return {
    payments: createStripePayments({
      secretKey: 'sk_test_world',
      apiUrl: server.url,
      webhookSecrets: [],
    }),
    failNext: (path, isDone) => void (next = { path, isDone }),
    close: () => server.stop(),
  };
}
