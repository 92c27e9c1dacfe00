import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { faultsSchema } from '../faults';
import type { PageAnswer, CardPost } from '../pages/page';
import { checkoutPage } from '../pages/checkout-page';
import { invoicePage } from '../pages/invoice-page';
import { linkPage } from '../pages/link-page';
import { portalPage } from '../pages/portal-page';
import type { Store } from '../store';
import type { Work } from '../work';
import type { ApiAnswer, ApiRequest } from './api';

const BODY_BYTES_MAX = 1_000_000;

const PAGES: readonly [
  prefix: string,
  page: (store: Store, work: Work, id: string, post: CardPost | null, query: URLSearchParams) => PageAnswer,
][] = [
  ['/c/pay/', checkoutPage],
  ['/i/', invoicePage],
  ['/l/', linkPage],
  ['/p/session/', portalPage],
];

export interface ServerDeps {
  readonly store: Store;
  readonly answerApi: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly beginWork: (request: Work['request']) => Promise<Work>;
  /** Runs before an answer goes out, for whoever must know what the request made come due. */
  readonly beforeAnswer: () => Promise<void>;
}

/** The HTTP side: Stripe's API under /v1, the hosted pages, and the one control route. */
export function createHttpServer(deps: ServerDeps): Server {
  return createServer((req, res) => {
    handle(deps, req, res).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!res.headersSent)
        sendJson(res, 500, { error: { type: 'api_error', message: 'The simulator has a bug.' } });
    });
  });
}

async function handle(deps: ServerDeps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(req.url ?? '/', 'http://localhost');
  const method = req.method ?? 'GET';
  const body = await readBody(req);
  if (body === undefined) {
    sendJson(res, 413, { error: { type: 'invalid_request_error', message: 'The body is too large.' } });
    return;
  }
  if (method === 'PUT' && pathname === '/_simulator/webhooks') {
    setFaults(deps.store, body, res);
    return;
  }
  const page = PAGES.find(([prefix]) => pathname.startsWith(prefix));
  if (page !== undefined && (method === 'GET' || method === 'POST')) {
    const [prefix, render] = page;
    const work = await deps.beginWork(null);
    const answer = render(
      deps.store,
      work,
      pathname.slice(prefix.length),
      method === 'POST' ? cardPost(body) : null,
      new URLSearchParams(search),
    );
    await deps.beforeAnswer();
    sendPage(res, answer);
    return;
  }
  const answer = await deps.answerApi({
    method,
    path: pathname,
    query: search,
    body,
    authorization: req.headers.authorization,
    version: headerOf(req, 'stripe-version'),
    idempotencyKey: headerOf(req, 'idempotency-key'),
  });
  await deps.beforeAnswer();
  sendJson(res, answer.status, answer.body, answer.headers);
}

function setFaults(store: Store, body: string, res: ServerResponse): void {
  const parsed = faultsSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const message = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    sendJson(res, 400, { error: { type: 'invalid_request_error', message } });
    return;
  }
  const { drop, copies, delay, shuffle } = store.transact(() => store.tables.put('faults', parsed.data));
  sendJson(res, 200, { drop, copies, delay, shuffle });
}

function cardPost(body: string): CardPost {
  const form = new URLSearchParams(body);
  const authentication = form.get('authentication');
  return {
    number: form.get('number') ?? '',
    customer: form.get('customer'),
    bank: form.get('iban') ?? form.get('account_number') ?? '',
    authentication: authentication === 'complete' || authentication === 'fail' ? authentication : null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return length > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString('utf8');
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A header takes no letters beyond Latin-1, which an address may have: they go in percent signs, as a browser sends them. */
function sendPage(res: ServerResponse, { status, html, location }: PageAnswer): void {
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' };
  const sendable = location?.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  res.writeHead(status, sendable === undefined ? headers : { ...headers, Location: sendable });
  res.end(html);
}

function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}
