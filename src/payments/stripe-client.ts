import Stripe from 'stripe';
import { DomainError } from '../domain/errors';

/** The version whose shapes the adapter reads; the webhook endpoint must be pinned to the same one. */
export const API_VERSION = '2026-10-28.endive';

/**
 * A client of Stripe, or of a server that speaks its API at `apiUrl`. A try takes at most 20 s and is repeated once:
 * Stripe's defaults (80 s, two repeats) would outlive the caller's own deadline, and the caller repeats anyway.
 */
export function createStripeClient(secretKey: string, apiUrl: string | undefined): Stripe {
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: 20_000,
    maxNetworkRetries: 1,
    telemetry: false,
    ...(apiUrl === undefined ? {} : hostOf(new URL(apiUrl))),
  });
}

/**
 * Awaits one call and gives its answer, checked to be the kind of object that was asked for: the SDK resolves any JSON
 * without a member `error`, a proxy's 404 included. Errors become those of the port: `payment_failed` for a decline,
 * `unavailable` for whatever the same call may survive when repeated; the rest is a bug and passes through.
 */
export async function callStripe<T extends { readonly object: string }>(
  object: T['object'],
  call: Promise<T>,
): Promise<T> {
  const answer = await call.catch((error: unknown) => {
    throw translateError(error);
  });
  if (answer.object !== object) {
    throw new DomainError('unavailable', `Stripe answered with ${answer.object}, not with ${object}.`);
  }
  return answer;
}

/** Goes through a list of Stripe's page by page; errors as `callStripe` gives them. */
export async function* listAll<T>(list: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* list;
  } catch (error) {
    throw translateError(error);
  }
}

/** Whether Stripe refused a call because of what was asked, or of the state that the object is in. */
export function isRefused(
  error: unknown,
): error is InstanceType<typeof Stripe.errors.StripeInvalidRequestError> {
  return error instanceof Stripe.errors.StripeInvalidRequestError;
}

function translateError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  if (error instanceof Stripe.errors.StripeCardError) {
    const details = { reason: error.code ?? 'card_declined', declineCode: error.decline_code };
    return new DomainError('payment_failed', error.message, details);
  }
  return mayPass(error) ? new DomainError('unavailable', `Stripe: ${error.message}`) : error;
}

/** Whether the failure may be gone at the next try: transport, Stripe's own errors, locks and limits. */
function mayPass(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  const status = error.statusCode;
  return status === undefined
    ? error instanceof Stripe.errors.StripeConnectionError
    : status >= 500 || status === 409 || status === 429;
}

function hostOf(
  url: URL,
): Pick<NonNullable<ConstructorParameters<typeof Stripe>[1]>, 'host' | 'port' | 'protocol'> {
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? (protocol === 'https' ? '443' : '80') : url.port;
  return { host: url.hostname, port, protocol };
}
