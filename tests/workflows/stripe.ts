import Stripe from 'stripe';
import { startStripeSimulator } from '../../dev/stripe-simulator/simulator';
import { priceAndPublishCatalog } from '../../src/store/price-catalog';
import type { House } from './house';

export const STRIPE_KEY = 'sk_test_workflows';

type SimulatorOptions = Parameters<typeof startStripeSimulator>[0];

/** A Stripe that calls nobody and forgets everything, on a clock of the caller's. */
export function startSilentStripe(clock: Pick<SimulatorOptions, 'now' | 'onEarlierDue'>) {
  return startStripeSimulator({
    port: 0,
    stateFile: null,
    secretKey: STRIPE_KEY,
    webhookUrl: null,
    webhookSecret: 'nobody listens',
    ...clock,
  });
}

/** Speaks to it as a merchant does, beside the port. */
export function stripeOf(url: string): Stripe {
  const port = new URL(url).port;
  return new Stripe(STRIPE_KEY, { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
}

/** Publishes the catalog with its prices at this Stripe. */
export async function priceCatalog(house: House): Promise<void> {
  const { deps, catalog } = house;
  const now = await deps.clock.now();
  await house.asOwner((owner) => priceAndPublishCatalog(owner, deps.payments, catalog, now));
}

/** Pays at a checkout page as a person with a card does. */
export async function payAt(checkoutUrl: string | null, number = '4242424242424242'): Promise<void> {
  const body = new URLSearchParams({ number });
  const answer = await fetch(String(checkoutUrl), { method: 'POST', body, redirect: 'manual' });
  await answer.arrayBuffer();
}
