/** Every code that an expected error can carry. docs/problems has a page for each; `api/problems.ts` its status. */
export const ERROR_CODES = [
  'invalid_request',
  'price_not_computable',
  'idempotency_key_required',
  'unauthenticated',
  'insufficient_credits',
  'payment_failed',
  'payment_past_due',
  'plan_required',
  'subscription_required',
  'operator_scope_required',
  'invoice_not_allowed',
  'not_found',
  'method_not_allowed',
  'contract_required',
  'not_sold',
  'state_conflict',
  'model_unavailable',
  'provider_unable',
  'license_not_needed',
  'adjustment_exceeds_available',
  'hold_exceeded',
  'hold_already_settled',
  'body_too_large',
  'idempotency_key_reused',
  'rate_limited',
  'unavailable',
  'internal_error',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a refusal says besides its code; shown to the caller as members of the problem. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The one error class: an expected outcome that the caller is told about by its code. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}
