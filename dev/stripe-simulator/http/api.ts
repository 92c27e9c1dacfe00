import { StripeError } from '../stripe-error';
import type { Store } from '../store';
import { API_VERSION, stripeId, type Work } from '../work';
import { canonicalForm, parseForm } from './form';
import { checkKey, findStored, fingerprintOf, forgetOld, keyInUse } from './idempotency';
import type { Operation } from './operation';

/** A request to the API, as far as it matters. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly version: string | undefined;
  readonly idempotencyKey: string | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiDeps {
  readonly store: Store;
  readonly secretKey: string;
  readonly operations: readonly Operation[];
  /** The work of a request: its instant, in seconds, is read when it begins. */
  readonly beginWork: (request: Work['request']) => Promise<Work>;
}

/** Answers a call of Stripe's API: checks, idempotency, one transaction, and an `error` object for whatever is wrong. */
export function createApi(deps: ApiDeps): (request: ApiRequest) => Promise<ApiAnswer> {
  const inFlight = new Set<string>();
  return async (request) => {
    const requestId = stripeId('req');
    const headers = { 'Request-Id': requestId, 'Stripe-Version': API_VERSION };
    try {
      const answer = await answerOnce(deps, inFlight, request, requestId);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return { status: error.status, body: { error: error.body }, headers };
    }
  };
}

async function answerOnce(
  deps: ApiDeps,
  inFlight: Set<string>,
  request: ApiRequest,
  requestId: string,
): Promise<ApiAnswer> {
  authenticate(deps.secretKey, request);
  const run = prepare(deps.operations, request);
  const key = request.method === 'POST' ? request.idempotencyKey : undefined;
  if (key === undefined) {
    const work = await deps.beginWork({ id: requestId, idempotency_key: null });
    return deps.store.transact(() => attempt(() => run(work)));
  }
  checkKey(key);
  if (inFlight.has(key)) throw keyInUse(key);
  inFlight.add(key);
  try {
    const work = await deps.beginWork({ id: requestId, idempotency_key: key });
    const answer = performOnce(deps.store, work, { request, key, requestId, run: () => run(work) });
    const echo = { 'Idempotency-Key': key, 'Original-Request': requestId };
    return { ...answer, headers: { ...echo, ...answer.headers } };
  } finally {
    inFlight.delete(key);
  }
}

/** The first answer to a key is kept with its effects, in one transaction; an error that undid its effects, after them. */
function performOnce(
  store: Store,
  work: Work,
  call: { request: ApiRequest; key: string; requestId: string; run: () => object },
): ApiAnswer {
  const { method, path, body } = call.request;
  const fingerprint = fingerprintOf(method, path, canonicalForm(parseForm(body)));
  const stored = findStored(work.tables, call.key, fingerprint, work.at);
  if (stored !== undefined) {
    const replayed = { 'Idempotent-Replayed': 'true', 'Original-Request': stored.requestId };
    return { status: stored.status, body: stored.body, headers: replayed };
  }
  const remember = (answer: ApiAnswer): ApiAnswer => {
    const { status, body: answered } = answer;
    const { requestId } = call;
    forgetOld(work.tables, work.at);
    work.tables.put('stored_response', {
      id: call.key,
      fingerprint,
      requestId,
      at: work.at,
      status,
      body: answered,
    });
    return answer;
  };
  try {
    return store.transact(() => remember(attempt(call.run)));
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return store.transact(() => remember({ status: error.status, body: { error: error.body }, headers: {} }));
  }
}

function attempt(run: () => object): ApiAnswer {
  try {
    return { status: 200, body: run(), headers: {} };
  } catch (error) {
    if (error instanceof StripeError && error.keepsEffects) {
      return { status: error.status, body: { error: error.body }, headers: {} };
    }
    throw error;
  }
}

function prepare(operations: readonly Operation[], request: ApiRequest): (work: Work) => object {
  for (const operation of operations) {
    const ids = operation.method === request.method ? match(operation.path, request.path) : undefined;
    // A POST takes its parameters from the body, everything else from the query.
    const params = request.method === 'POST' ? request.body : request.query;
    if (ids !== undefined) return operation.prepare(parseForm(params), ids);
  }
  const message = `Unrecognized request URL (${request.method}: ${request.path}). The simulator knows what Scrip calls.`;
  throw new StripeError(404, { type: 'invalid_request_error', message });
}

function match(pattern: string, path: string): string[] | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const fits = wanted.every((part, index) => part === ':id' || part === given[index]);
  return fits ? given.filter((_, index) => wanted[index] === ':id') : undefined;
}

function authenticate(secretKey: string, { authorization, version }: ApiRequest): void {
  if (keyOf(authorization ?? '') !== secretKey) {
    const message =
      authorization === undefined ? 'You did not provide an API key.' : 'Invalid API Key provided.';
    throw new StripeError(401, { type: 'invalid_request_error', message });
  }
  if (version !== undefined && version !== API_VERSION) {
    const message = `Invalid Stripe API version: ${version}. The simulator speaks ${API_VERSION}.`;
    throw new StripeError(400, { type: 'invalid_request_error', message });
  }
}

/** The key of a `Bearer` header, or the user of a `Basic` one, as `curl -u key:` sends it. */
function keyOf(authorization: string): string {
  const [scheme, credentials = ''] = authorization.split(' ');
  if (scheme === 'Bearer') return credentials;
  return scheme === 'Basic' ? (Buffer.from(credentials, 'base64').toString('utf8').split(':')[0] ?? '') : '';
}
