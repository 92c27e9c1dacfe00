import Stripe from 'stripe';
import { DomainError } from '../domain/errors';
import { callStripe } from './stripe-client';

/** Under how many keys an operation is tried before its caller is told to come back. */
const KEYS_MAX = 5;

/**
 * Makes one write under the key of its operation. Stripe keeps the first answer to a key for a day at least, and when that
 * is a failure of its own it repeats the failure, whether or not the thing was done
 * (https://docs.stripe.com/api/idempotent_requests): the write then goes on under another key, `{operation}:r2`. Neither that
 * nor a key that Stripe has forgotten may do twice what costs money: `findDone` looks first, before each key, and what is
 * found done is the answer. Leave it out only where a second time harms nobody. Errors are those of the port.
 */
export async function callOnce<T extends { readonly object: string }>(once: {
  readonly object: T['object'];
  readonly operationId: string;
  readonly call: (options: Stripe.RequestOptions) => Promise<T>;
  readonly findDone?: () => Promise<T | undefined>;
}): Promise<T> {
  const { object, operationId, call, findDone } = once;
  for (let number = 1; number <= KEYS_MAX; number += 1) {
    const done = await findDone?.();
    if (done !== undefined) return done;
    const idempotencyKey = number === 1 ? operationId : `${operationId}:r${String(number)}`;
    const failure = { isRepeated: false };
    const answer = call({ idempotencyKey }).catch((error: unknown) => {
      failure.isRepeated = isRepeatedFailure(error);
      throw error;
    });
    try {
      return await callStripe(object, answer);
    } catch (error) {
      if (!failure.isRepeated) throw error;
    }
  }
  throw new DomainError('unavailable', 'Stripe keeps failing with an internal error.');
}

function isRepeatedFailure(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError) || (error.statusCode ?? 0) < 500) return false;
  return error.headers?.['idempotent-replayed'] === 'true';
}
