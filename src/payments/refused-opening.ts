import { DomainError } from '../domain/errors';
import { isRefused } from './stripe-client';

/** How we call the addresses that Stripe's pages lead to. */
const ADDRESSES: Readonly<Record<string, string>> = {
  success_url: 'successUrl',
  cancel_url: 'cancelUrl',
  return_url: 'returnUrl',
};

/** Stripe has no code for it. */
const MIXED_CURRENCIES = /cannot combine currencies|does not match the customer currency/i;

/**
 * Makes an answer of Stripe's refusal to open something (a page, a bill), which it would repeat for ever: `invalid_request`
 * for an address that it does not take, `state_conflict` for a currency that the customer
 * cannot pay in beside what they have, and else with the number of the request, under which Stripe's own log
 * says why. Its words are kept back, for they may repeat what it was sent. Every other error passes through.
 */
export async function openedUnlessRefused<Opened>(opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    if (!isRefused(error)) throw error;
    if (MIXED_CURRENCIES.test(error.message)) throw otherCurrency();
    const field = ADDRESSES[error.param ?? ''];
    throw field === undefined
      ? new DomainError(
          'state_conflict',
          `Stripe refused it: see request ${error.requestId} in Stripe's log.`,
        )
      : new DomainError('invalid_request', `Stripe does not accept the address in ${field}.`, { field });
  }
}

function otherCurrency(): DomainError {
  return new DomainError(
    'state_conflict',
    'At Stripe the customer has something in another currency: a subscription, an item that waits for an invoice, or a quote. Until that has ended, only that currency will do.',
  );
}
