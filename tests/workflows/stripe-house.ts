import { systemClock } from '../../src/platform/clock';
import { openHouse, type House } from './house';
import { priceCatalog, startSilentStripe, STRIPE_KEY } from './stripe';

/** A house at work, with a Stripe on wall time that calls nobody: the tests bring its news to the inbox as they like. */
export interface StripeHouse extends House {
  readonly stripeUrl: string;
}

/** Opens the house with its workers; `stop` closes all of it. */
export async function openStripeHouse(): Promise<StripeHouse> {
  const simulator = await startSilentStripe({ now: () => systemClock.now() });
  const house = await openHouse({ stripe: { url: simulator.url, secretKey: STRIPE_KEY } });
  await priceCatalog(house);
  const stopWorkers = await house.startWorkers();
  return {
    ...house,
    stripeUrl: simulator.url,
    async stop() {
      await stopWorkers();
      await house.stop();
      await simulator.close();
    },
  };
}

/** Asks again until it is so; a test that waits for ever fails by its own limit. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
