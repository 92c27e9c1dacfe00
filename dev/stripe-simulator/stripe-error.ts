import type Stripe from 'stripe';
import type { CardFailure } from './card-failure';

type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

/** What stands in the member `error` of an answer; see https://docs.stripe.com/api/errors. */
export interface ErrorBody {
  readonly type: ErrorType;
  readonly message: string;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly charge?: string | undefined;
  readonly payment_intent?: Stripe.PaymentIntent | undefined;
}

/**
 * An answer that is an error. A declined charge leaves its failed intent, charge and events behind, so it keeps its
 * effects; every other error undoes what the request did so far.
 */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
    this.name = 'StripeError';
  }

  get keepsEffects(): boolean {
    return this.body.type === 'card_error';
  }
}

/** 400: the request cannot be carried out as it is. */
export function invalidRequest(
  message: string,
  details: { param?: string; code?: string } = {},
): StripeError {
  return new StripeError(400, { type: 'invalid_request_error', message, ...details });
}

/** There is no such object: 404 when the address names it, 400 when a parameter does. */
export function resourceMissing(kind: string, id: string, param?: string): StripeError {
  const message = `No such ${kind.replace(/[._]/g, ' ')}: '${id}'`;
  return new StripeError(param === undefined ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message,
    param: param ?? 'id',
  });
}

/** 402: a card did not pay, or could not be saved. */
export function cardError(
  { code, declineCode, message }: CardFailure,
  details: { paymentIntent?: Stripe.PaymentIntent; charge?: string | null } = {},
): StripeError {
  return new StripeError(402, {
    type: 'card_error',
    code,
    decline_code: declineCode,
    message,
    charge: details.charge ?? undefined,
    payment_intent: details.paymentIntent,
  });
}
