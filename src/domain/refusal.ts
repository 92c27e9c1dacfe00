import { DomainError, ERROR_CODES, type ErrorCode, type ErrorDetails } from './errors';

/**
 * Why something was not done, as data: what an activity answers, a workflow passes on and the API makes an error of. Workflow
 * histories and the states of subscriptions record it, so its members keep their names.
 */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Absent when there is nothing to add, as in what older releases recorded. */
  readonly details?: ErrorDetails;
}

/** The answer to something that was asked and not done. */
export type Refused = { readonly outcome: 'refused' } & Refusal;

/** Makes the answer of a refusal, with nothing but what a refusal has. */
export function refused({ code, message, details = {} }: Refusal): Refused {
  const isPlain = Object.keys(details).length === 0;
  return { outcome: 'refused', code, message, ...(isPlain ? {} : { details }) };
}

/**
 * Makes a refusal of an expected error. `unavailable` is none: it is thrown on, so that the activity is tried again, and so is
 * every bug.
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
  const { code, message, details } = error;
  return { code, message, details };
}

/** Makes the error of a refusal. A payload carries the code as text; one that nobody knows is a bug. */
export function errorOf({ code, message, details }: Refusal): DomainError {
  if (!ERROR_CODES.includes(code)) throw new Error(`refused with an unknown code, ${code}`);
  return new DomainError(code, message, details);
}
