import { createHash } from 'node:crypto';
import type { StoredResponse, Tables } from '../store';
import { StripeError } from '../stripe-error';
import { DAY } from '../work';

const KEY_LENGTH_MAX = 255;

/** What makes two requests the same. */
export function fingerprintOf(method: string, path: string, canonicalParams: string): string {
  return createHash('sha256').update(`${method} ${path}\n${canonicalParams}`).digest('hex');
}

/** Refuses a key that is none. */
export function checkKey(key: string): void {
  if (key.length > KEY_LENGTH_MAX) {
    throw idempotencyError(
      400,
      `Idempotency keys may only be up to ${String(KEY_LENGTH_MAX)} characters in length.`,
    );
  }
}

/**
 * The first answer to a key, kept for 24 hours; undefined when there is none. Throws a 400 when the first request was
 * another one (https://docs.stripe.com/api/idempotent_requests).
 */
export function findStored(
  tables: Tables,
  key: string,
  fingerprint: string,
  at: number,
): StoredResponse | undefined {
  const stored = tables.find('stored_response', key);
  if (stored === undefined || stored.at + DAY <= at) return undefined;
  if (stored.fingerprint !== fingerprint) {
    throw idempotencyError(
      400,
      'Keys for idempotent requests can only be used with the same parameters they were first used with.' +
        ` Try using a key other than '${key}' if you meant to execute a different request.`,
    );
  }
  return stored;
}

/** Forgets the answers that are older than a day. */
export function forgetOld(tables: Tables, at: number): void {
  for (const { id, at: storedAt } of tables.list('stored_response')) {
    if (storedAt + DAY <= at) tables.remove('stored_response', id);
  }
}

/** 409: the first request with this key is still being carried out. */
export function keyInUse(key: string): StripeError {
  return idempotencyError(
    409,
    `There is currently another in-progress request using this idempotency key: ${key}.`,
    'idempotency_key_in_use',
  );
}

function idempotencyError(status: number, message: string, code?: string): StripeError {
  return new StripeError(status, { type: 'idempotency_error', message, code });
}
