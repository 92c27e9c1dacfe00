import { startLoopbackServer } from '../../dev/stack/loopback-server';

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
  close(): Promise<void>;
}

/** Stands between a client and a server, passes everything on and remembers what was asked. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = await startLoopbackServer((req, res) => {
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
  return { url: server.url, requests, close: () => server.stop() };
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
