import type { IncomingHttpHeaders } from 'node:http';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';

export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Buffer;
  readonly body: { readonly id: string; readonly status: string };
}

export interface Receiver extends LoopbackServer {
  readonly deliveries: readonly Delivery[];
  /** Resolves when so many have come. */
  received(count: number): Promise<readonly Delivery[]>;
}

/** Receives webhooks and answers them with these statuses in turn, then with 204. */
export async function startReceiver(statuses: readonly number[] = []): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  let tell = (): void => undefined;
  const server = await startLoopbackServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const rawBody = Buffer.concat(chunks);
      const body = JSON.parse(rawBody.toString('utf8')) as Delivery['body'];
      deliveries.push({ headers: req.headers, rawBody, body });
      res.writeHead(statuses[deliveries.length - 1] ?? 204).end();
      tell();
    });
  });
  return {
    ...server,
    deliveries,
    async received(count) {
      while (deliveries.length < count) await new Promise<void>((resolve) => (tell = resolve));
      return deliveries;
    },
  };
}
