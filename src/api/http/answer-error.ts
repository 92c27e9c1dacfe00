import type { ErrorRequestHandler, Request, Response } from 'express';
import { DomainError } from '../../domain/errors';
import { isUnreachableTemporal } from '../../platform/ask-temporal';
import { isUnreachableDatabase } from '../../platform/database';
import type { HttpDeps } from './deps';
import { REPLAYED_HEADER } from './idempotency-key';
import { inSchemaOrder } from './in-schema-order';
import { pageHeaders } from './pages/page-headers';
import { internalError, problemOf } from './problems';
import { requestIdOf } from './request-id';
import { sendEarly } from './send';

/** What an operation may have set and a refusal still says. */
const KEPT_HEADERS = ['x-request-id', REPLAYED_HEADER.toLowerCase()];

/**
 * Turns whatever was thrown into a problem: expected errors by their table, anything else into a 500 that does not show its
 * cause, which goes to the log. For a person in a browser the problem is a page.
 */
export function answerError({
  logger,
  publicUrl,
  presentation,
}: Pick<HttpDeps, 'logger' | 'publicUrl' | 'presentation'>): ErrorRequestHandler {
  return async (thrown: unknown, req: Request, res, next) => {
    const requestId = requestIdOf(res);
    const error = expectedOf(thrown);
    if (error === undefined) logger.error({ err: thrown, requestId }, 'a request failed');
    if (res.headersSent) {
      // A stream broke half-way: only an ended connection tells the client that the rest is missing.
      next(thrown);
      return;
    }
    const { problem, headers } = problemOf(error ?? internalError(), requestId, publicUrl);
    for (const name of res.getHeaderNames()) if (!KEPT_HEADERS.includes(name)) res.removeHeader(name);
    res.set(headers).set('X-Content-Type-Options', 'nosniff').set('Cache-Control', 'no-store');
    if (wantsPage(req, res)) {
      const html = presentation.problemPage(problem);
      res.set(pageHeaders(html));
      await sendEarly(req, res, {
        status: problem.status,
        contentType: 'text/html; charset=utf-8',
        text: html,
      });
      return;
    }
    await sendEarly(req, res, {
      status: problem.status,
      contentType: 'application/problem+json',
      text: JSON.stringify(inSchemaOrder(presentation.problemSchemas[problem.code], problem)),
    });
  };
}

/** The paths that only programs use; on all others a browser, which prefers HTML, gets a page. */
const PROGRAMS_PATH = /^\/(v1|webhooks|sandbox)(\/|$)/;

function wantsPage(req: Request, res: Response): boolean {
  const route: unknown = res.locals['route'];
  const mayBePage = route === undefined ? !PROGRAMS_PATH.test(req.path) : res.locals['isPage'] === true;
  return mayBePage && req.accepts(['application/problem+json', 'text/html']) === 'text/html';
}

function expectedOf(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  if (isUndecodablePath(thrown)) return new DomainError('invalid_request', 'The path cannot be decoded.');
  if (isUnreachableDatabase(thrown)) {
    return new DomainError(
      'unavailable',
      'The database cannot be reached at the moment. Repeat the same request.',
    );
  }
  if (isUnreachableTemporal(thrown)) {
    return new DomainError(
      'unavailable',
      'Temporal cannot be reached at the moment. Repeat the same request.',
    );
  }
  return undefined;
}

/** What the router throws for a broken percent-encoding. */
function isUndecodablePath(thrown: unknown): boolean {
  return (
    thrown instanceof URIError || (thrown instanceof Error && 'status' in thrown && thrown.status === 400)
  );
}
