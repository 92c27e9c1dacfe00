import type { RequestHandler } from 'express';
import { parseWith } from './bodies/parse-with';
import { assertScope, authenticate } from './authenticate';
import { assertBound, bindQuery } from './bind-to-customer';
import type { ApiDeps } from './deps';
import { readIdempotencyKey, REPLAYED_HEADER } from './idempotency-key';
import type { Call } from './operation';
import { requestIdOf } from './request-id';
import type { Route } from './routes';
import { possibleId } from './schemas';
import { sendReply } from './send';

/**
 * Serves one operation. The steps stand in the order of the refusals (design §8): 401, 413, 400, 404, 403, and then what
 * the operation itself decides.
 */
export function serveOperation({ path, operation }: Route, deps: ApiDeps): RequestHandler {
  return async (req, res) => {
    const caller = operation.access === 'public' ? undefined : await authenticate(deps, req);
    const body = await operation.body.read(req);
    const query = parseWith(operation.query, bindQuery(caller, operation, req.query), 'query');
    const isKeyed = operation.needsIdempotencyKey && !operation.isDryRun(query, body);
    const call: Call<unknown, unknown> = {
      requestId: requestIdOf(res),
      id: possibleId(String(req.params['id'] ?? '')),
      query,
      body,
      idempotencyKey: isKeyed ? readIdempotencyKey(req) : '',
      req,
      res,
      markReplayed: () => res.setHeader(REPLAYED_HEADER, 'true'),
    };
    assertBound(caller, operation, { path, id: call.id, body });
    const found = await operation.find(call, deps);
    assertScope(operation.access, caller);
    await sendReply(res, await operation.handle(call, deps, found));
  };
}
