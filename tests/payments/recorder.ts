import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it went out. */
export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
}

export interface Recorder {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): void;
}

/** Stands between a client and a server, passes everything on and remembers what was asked. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const request = {
        method: req.method ?? 'GET',
        path: req.url ?? '/',
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      send(target, request, Object.fromEntries(Object.entries(req.headers).filter(isPassedOn)))
        .then(async (answer) => {
          res.writeHead(answer.status, { 'Content-Type': 'application/json' });
          res.end(await answer.text());
        })
        .catch(() => res.destroy());
    });
  });
  return {
    url: await listen(server),
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Asks another server the same. */
export function send(
  target: string,
  { method, path, body }: RecordedRequest,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(`${target}${path}`, { method, headers, ...(body === '' ? {} : { body }) });
}

function isPassedOn(header: [string, string | string[] | undefined]): header is [string, string] {
  return ['authorization', 'content-type', 'idempotency-key', 'stripe-version'].includes(header[0]);
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
