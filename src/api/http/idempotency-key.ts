import type { Request } from 'express';
import { DomainError } from '../../domain/errors';

/** The header as the OpenAPI document describes it. */
export const IDEMPOTENCY_KEY_PATTERN = '^[!-~]([ -~]{0,253}[!-~])?$';

/**
 * The request's `Idempotency-Key`: one intent, however often it is sent. Throws `idempotency_key_required` when it is
 * missing, `invalid_request` when it is there twice, is longer than 255 characters or has others than printable ASCII.
 */
export function readIdempotencyKey(req: Request): string {
  // Node joins repeated headers to one text, under which neither key would be found again.
  const names = req.rawHeaders.filter((_text, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'idempotency-key').length > 1) {
    throw new DomainError(
      'invalid_request',
      'There are two Idempotency-Key headers. One intent has one key.',
    );
  }
  const key = req.headers['idempotency-key'];
  if (key === undefined || key === '') {
    throw new DomainError(
      'idempotency_key_required',
      'Send an Idempotency-Key: a name of your own for this one intent, the same for every repeat.',
    );
  }
  if (typeof key !== 'string' || !new RegExp(IDEMPOTENCY_KEY_PATTERN).test(key)) {
    throw new DomainError(
      'invalid_request',
      'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
    );
  }
  return key;
}

/** What an answer carries that was given before, refusals too. */
export const REPLAYED_HEADER = 'Idempotency-Replayed';

/** The refusal of a known key with other content. */
export function keyReused(): DomainError {
  return new DomainError(
    'idempotency_key_reused',
    'This Idempotency-Key was first sent with another request.',
  );
}
