import { DomainError, ERROR_CODES, type ErrorCode, type ErrorDetails } from '../../domain/errors';

/** A workflow's refusal as an error of ours. Payloads carry the code as text; one that nobody knows is a bug. */
export function refusedAnswer(answer: {
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails;
}): DomainError {
  if (!isErrorCode(answer.code)) throw new Error(`a workflow refused with ${answer.code}`);
  return new DomainError(answer.code, answer.message, answer.details);
}

function isErrorCode(code: string): code is ErrorCode {
  return ERROR_CODES.some((known) => known === code);
}
