import { DomainError } from '../domain/errors';
import { UPLOAD_RULES } from './picture-limits';

/** The reasons for which a file is refused: the values of `reason` in the problem. */
export const REFUSAL_REASONS = [
  'empty',
  'not_a_picture',
  'unsupported_format',
  'truncated',
  'damaged',
  'animated',
  'too_small',
  'too_many_pixels',
  'too_narrow',
  'too_costly',
] as const;

type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The refusal of a file: why this one is refused, and which files are accepted. `what` is a sentence. */
export function refusedPicture(reason: RefusalReason, what: string): DomainError {
  return new DomainError('invalid_request', `${what} ${UPLOAD_RULES}`, { field: 'file', reason });
}

export function truncated(): DomainError {
  return refusedPicture('truncated', 'The file ends before its picture does.');
}

export function damaged(): DomainError {
  return refusedPicture('damaged', 'The picture is damaged: it cannot be decoded to its last pixel.');
}
