import type Stripe from 'stripe';
import type { CatalogPrice } from './payments';
import { callStripe } from './stripe-client';

/** Stripe lists by at most ten lookup keys at a time. */
const LOOKUP_KEYS_MAX = 10;

/**
 * The price ids at Stripe of the catalog's prices, in the order given. A price is found by its lookup key and created
 * when there is none; the lookup key is also the idempotency key, so that two processes create it once.
 * Throws when Stripe has another amount under the key: a published catalog version never changes.
 */
export async function ensurePrices(
  stripe: Stripe,
  prices: readonly CatalogPrice[],
): Promise<readonly string[]> {
  const found = await findPrices(stripe, prices.map(lookupKeyOf));
  const ids: string[] = [];
  for (const price of prices) {
    const existing = found.get(lookupKeyOf(price));
    if (existing !== undefined) assertSame(price, existing);
    ids.push((existing ?? (await createPrice(stripe, price))).id);
  }
  return ids;
}

async function findPrices(stripe: Stripe, lookupKeys: readonly string[]): Promise<Map<string, Stripe.Price>> {
  const found = new Map<string, Stripe.Price>();
  for (let start = 0; start < lookupKeys.length; start += LOOKUP_KEYS_MAX) {
    const page = await callStripe(
      'list',
      stripe.prices.list({ lookup_keys: lookupKeys.slice(start, start + LOOKUP_KEYS_MAX), limit: 100 }),
    );
    for (const price of page.data) if (price.lookup_key !== null) found.set(price.lookup_key, price);
  }
  return found;
}

function createPrice(stripe: Stripe, price: CatalogPrice): Promise<Stripe.Price> {
  const lookupKey = lookupKeyOf(price);
  const metadata = { scrip_catalog: price.catalogVersion };
  return callStripe(
    'price',
    stripe.prices.create(
      {
        currency: price.price.currency,
        unit_amount: price.price.amountMinor,
        lookup_key: lookupKey,
        product_data: { name: price.name, metadata },
        metadata,
        ...(price.interval === null ? {} : { recurring: { interval: price.interval } }),
      },
      { idempotencyKey: `price:${lookupKey}` },
    ),
  );
}

function lookupKeyOf({ catalogVersion, plan, pack, interval }: CatalogPrice): string {
  return ['scrip', catalogVersion, plan ?? pack ?? 'price', interval]
    .filter((part) => part !== null)
    .join(':');
}

function assertSame(wanted: CatalogPrice, existing: Stripe.Price): void {
  const same =
    existing.unit_amount === wanted.price.amountMinor &&
    existing.currency === wanted.price.currency &&
    (existing.recurring?.interval ?? null) === wanted.interval;
  if (!same)
    throw new Error(`price ${existing.id} at Stripe differs from ${lookupKeyOf(wanted)} of the catalog`);
}
