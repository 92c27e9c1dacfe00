import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Somebody else's server on a free port. */
export async function startServer(answer: RequestListener): Promise<LocalServer> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Buffer;
  readonly body: { readonly id: string; readonly status: string };
}

export interface Receiver extends LocalServer {
  readonly deliveries: readonly Delivery[];
  /** Resolves when so many have come. */
  received(count: number): Promise<readonly Delivery[]>;
}

/** Receives webhooks and answers them with these statuses in turn, then with 204. */
export async function startReceiver(statuses: readonly number[] = []): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  let tell = (): void => undefined;
  const server = await startServer((req, res) => {
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
