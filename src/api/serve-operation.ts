import type { RequestHandler } from 'express';
import { parseWith } from './bodies/parse-with';
import { assertScope, authenticate } from './authenticate';
import type { ApiDeps } from './deps';
import { readIdempotencyKey, REPLAYED_HEADER } from './idempotency-key';
import type { AnyOperation, Call } from './operation';
import { requestIdOf } from './request-id';
import { possibleId } from './schemas';
import { sendReply } from './send';

/**
 * Serves one operation. The steps stand in the order of the refusals (design §8): 401, 413, 400, 404, 403, and then what
 * the operation itself decides.
 */
export function serveOperation(operation: AnyOperation, deps: ApiDeps): RequestHandler {
  return async (req, res) => {
    const key = operation.access === 'public' ? undefined : await authenticate(deps.db, req);
    const body = await operation.body.read(req);
    const call: Call<unknown, unknown> = {
      requestId: requestIdOf(res),
      id: possibleId(String(req.params['id'] ?? '')),
      query: parseWith(operation.query, req.query, 'query'),
      body,
      idempotencyKey: operation.needsIdempotencyKey ? readIdempotencyKey(req) : '',
      req,
      res,
      markReplayed: () => res.setHeader(REPLAYED_HEADER, 'true'),
    };
    const found = await operation.find(call, deps);
    assertScope(operation.access, key);
    await sendReply(res, await operation.handle(call, deps, found));
  };
}
