import { DomainError } from '../domain/errors';
import { isRefused } from './stripe-client';

/** How we call the addresses that Stripe's pages lead to. */
const ADDRESSES: Readonly<Record<string, string>> = {
  success_url: 'successUrl',
  cancel_url: 'cancelUrl',
  return_url: 'returnUrl',
};

/**
 * Makes an answer of Stripe's refusal to open something (a page, a bill), which it would repeat for ever: `invalid_request`
 * for an address that it does not take, else `state_conflict` with the number of the request, under which Stripe's own log
 * says why. Its words are kept back, for they may repeat what it was sent. Every other error passes through.
 */
export async function openedUnlessRefused<Opened>(opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    if (!isRefused(error)) throw error;
    const field = ADDRESSES[error.param ?? ''];
    throw field === undefined
      ? new DomainError(
          'state_conflict',
          `Stripe refused it: see request ${error.requestId} in Stripe's log.`,
        )
      : new DomainError('invalid_request', `Stripe does not accept the address in ${field}.`, { field });
  }
}
