import type { Request, RequestHandler } from 'express';
import { possibleId } from '../../domain/possible-id';
import { assertScope } from './access';
import { authenticate } from './authenticate';
import { reach } from './belongs-to';
import { bindQuery } from './bind-query';
import { parseWith } from './bodies/parse-with';
import type { Caller } from './caller';
import type { HttpDeps } from './deps';
import { readIdempotencyKey, REPLAYED_HEADER } from './idempotency-key';
import { inSchemaOrder } from './in-schema-order';
import type { AnyOperation, Call, Reply } from './operation';
import { requestIdOf } from './request-id';
import type { Route } from './route';
import { sendReply } from './send';
import { within } from './within';

/** A key is found in milliseconds; longer than a new connection may take, which then says for itself what is wrong. */
const AUTHENTICATE_MS_MAX = 6_000;

/**
 * Serves one operation. The steps stand in the order of the refusals: 401, 413, 400, 404, 403, and then what
 * the operation itself decides.
 */
export function serveOperation<Deps extends HttpDeps>(
  { operation }: Pick<Route<Deps>, 'operation'>,
  deps: Deps,
): RequestHandler {
  return async (req, res) => {
    const caller = operation.access === 'public' ? undefined : await callerOf(deps, req);
    const body = await operation.body.read(req, { caller, deps });
    const query = parseWith(operation.query, bindQuery(caller, operation.query, req.query), 'query');
    const isKeyed = operation.needsIdempotencyKey && !operation.isDryRun(query, body);
    const call: Call<unknown, unknown> = {
      requestId: requestIdOf(res),
      caller,
      id: possibleId(String(req.params['id'] ?? '')),
      query,
      body,
      idempotencyKey: isKeyed ? readIdempotencyKey(req) : '',
      req,
      res,
      markReplayed: () => res.setHeader(REPLAYED_HEADER, 'true'),
    };
    const thing = await reach(operation, call, deps);
    const found = await operation.find(call, deps, thing);
    assertScope(operation.access, caller);
    const reply = await operation.handle(call, deps, found);
    await sendReply(res, inOrder(operation, deps.presentation.finish(reply, caller)));
  };
}

/** A repeated answer comes out of a column, the first one out of a view: both read the same, to the byte. */
function inOrder({ answers }: Pick<AnyOperation<never>, 'answers'>, reply: Reply): Reply {
  if (!('body' in reply)) return reply;
  const schema = answers[reply.status]?.schema;
  return schema === undefined ? reply : { ...reply, body: inSchemaOrder(schema, reply.body) };
}

/**
 * Who calls, or `unavailable` while the database is there and does not answer: a server that is frozen or cut off closes
 * no connection, so whoever waits for a statement on one waits for ever. Every keyed request asks this first.
 */
function callerOf(deps: HttpDeps, req: Request): Promise<Caller> {
  const message = 'The database does not answer now. Repeat the same request.';
  return within(AUTHENTICATE_MS_MAX, authenticate(deps, req), message);
}
