import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { JobErrorCode } from '../../../src/jobs/jobs';

/** What went wrong with a request, as problem details with the members that Replicate's errors have too. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errorCode?: JobErrorCode,
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** Answers every error of a route, and of the middleware before it. */
export const answerProblem: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  sendProblem(res, error instanceof Problem ? error : fromMiddleware(error));
};

function fromMiddleware(error: unknown): Problem {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 404) return new Problem(404, 'There is nothing here.');
  return status >= 400 && status < 500
    ? new Problem(status, 'The body cannot be read.')
    : new Problem(500, 'The studio has a bug.');
}

function sendProblem(res: Response, { status, message, errorCode }: Problem): void {
  if (status === 409 || status === 503) res.set('retry-after', '1');
  res
    .status(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: message,
      ...(errorCode === undefined ? {} : { error_code: errorCode }),
    });
}
