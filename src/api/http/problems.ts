import { DomainError, type ErrorCode } from '../../domain/errors';

interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** For how many seconds a client should wait before it repeats the request. */
  readonly retryAfterSeconds?: number;
}

/** What each expected error is over HTTP. A code without a row does not compile; docs/problems has a page for each. */
export const PROBLEMS: Readonly<Record<ErrorCode, ProblemType>> = {
  invalid_request: { status: 400, title: 'The request is malformed.' },
  price_not_computable: { status: 400, title: 'No price can be computed for this input.' },
  idempotency_key_required: { status: 400, title: 'The header Idempotency-Key is missing.' },
  unauthenticated: { status: 401, title: 'The API key is missing or invalid.' },
  insufficient_credits: { status: 402, title: 'Not enough credits.' },
  payment_failed: { status: 402, title: 'The payment failed.' },
  payment_past_due: { status: 402, title: 'A payment is past due.' },
  plan_required: { status: 403, title: 'The plan does not allow this.' },
  subscription_required: { status: 403, title: 'A paid subscription is required.' },
  operator_scope_required: { status: 403, title: 'The operator scope is required.' },
  invoice_not_allowed: { status: 403, title: 'Customers cannot order by invoice themselves.' },
  not_found: { status: 404, title: 'Not found.' },
  method_not_allowed: { status: 405, title: 'Method not allowed.' },
  contract_required: { status: 409, title: 'This plan is sold by contract.' },
  not_sold: { status: 409, title: 'The catalog version of the customer does not sell this.' },
  state_conflict: { status: 409, title: 'The current state does not allow this.' },
  model_unavailable: { status: 409, title: 'The model cannot be used now.' },
  provider_unable: { status: 409, title: 'The job provider cannot do this.' },
  license_not_needed: { status: 409, title: 'No licence is needed.' },
  adjustment_exceeds_available: { status: 409, title: 'The adjustment exceeds the available credits.' },
  hold_exceeded: { status: 409, title: 'The capture exceeds what is open on the hold.' },
  hold_already_settled: { status: 409, title: 'The hold has ended.' },
  body_too_large: { status: 413, title: 'The request body is too large.' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request.' },
  rate_limited: { status: 429, title: 'Too many requests.', retryAfterSeconds: 1 },
  unavailable: { status: 503, title: 'The service is temporarily unavailable.', retryAfterSeconds: 1 },
  internal_error: { status: 500, title: 'Internal error.' },
};

/** RFC 9457 problem details; further members say more about the one case. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
}

export interface ProblemAnswer {
  readonly problem: Problem & Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** The problem that a caller is told about; `publicUrl` is where its page is served. */
export function problemOf(error: DomainError, requestId: string, publicUrl: string): ProblemAnswer {
  const { status, title, retryAfterSeconds: usual } = PROBLEMS[error.code];
  const { retryAfterSeconds, ...details } = error.details;
  const type = `${publicUrl}/docs/problems/${error.code}`;
  const headers: Record<string, string> = {};
  const seconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : usual;
  if (seconds !== undefined) headers['Retry-After'] = String(seconds);
  if (error.code === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer';
  const { methods } = details;
  if (error.code === 'method_not_allowed' && Array.isArray(methods)) headers['Allow'] = methods.join(', ');
  return {
    problem: { ...details, type, title, status, code: error.code, detail: error.message, requestId },
    headers,
  };
}

/** What a caller is told about a bug: nothing but that it is ours, and how to name it to us. */
export function internalError(): DomainError {
  return new DomainError(
    'internal_error',
    'The error was recorded. Name the request id when you ask about it.',
  );
}
