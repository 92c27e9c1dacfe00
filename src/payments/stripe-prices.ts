import type Stripe from 'stripe';
import type { Interval, Money } from '../domain/catalog/catalog';
import { callOnce } from './call-once';
import type { CatalogPrice, Payments } from './payments';
import { openedUnlessRefused } from './refused-opening';
import { callStripe } from './stripe-client';

/** Stripe lists by at most ten lookup keys at a time. */
const LOOKUP_KEYS_MAX = 10;

/**
 * The price ids at Stripe of the catalog's prices, in the order given. A price is found by its lookup key and created
 * when there is none; the lookup key is also the idempotency key, so that two processes create it once.
 * Throws when Stripe has another amount under the key: a published catalog version never changes.
 */
export function ensurePrices(stripe: Stripe, prices: readonly CatalogPrice[]): Promise<readonly string[]> {
  return ensureAll(
    stripe,
    prices.map((price) => ({
      ...price,
      lookupKey: lookupKeyOf(price),
      metadata: { scrip_catalog: price.catalogVersion },
    })),
  );
}

/** The price id of a contract, in the same way. */
export async function ensureContractPrice(
  stripe: Stripe,
  contract: Parameters<Payments['ensureContractPrice']>[0],
): Promise<string> {
  const metadata = { scrip_contract: contract.contractId };
  const lookupKey = `scrip:contract:${contract.contractId}`;
  const [id] = await openedUnlessRefused(ensureAll(stripe, [{ ...contract, lookupKey, metadata }]));
  if (id === undefined) throw new Error(`there is no price for ${contract.contractId}`);
  return id;
}

interface WantedPrice {
  readonly lookupKey: string;
  readonly name: string;
  readonly price: Money;
  readonly interval: Interval | null;
  readonly metadata: Readonly<Record<string, string>>;
}

async function ensureAll(stripe: Stripe, prices: readonly WantedPrice[]): Promise<readonly string[]> {
  const found = await findPrices(
    stripe,
    prices.map((price) => price.lookupKey),
  );
  const ids: string[] = [];
  for (const price of prices) {
    const existing = found.get(price.lookupKey);
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

function createPrice(stripe: Stripe, wanted: WantedPrice): Promise<Stripe.Price> {
  const { lookupKey, metadata } = wanted;
  const params: Stripe.PriceCreateParams = {
    currency: wanted.price.currency,
    unit_amount: wanted.price.amountMinor,
    lookup_key: lookupKey,
    product_data: { name: wanted.name, metadata },
    metadata,
    ...(wanted.interval === null ? {} : { recurring: { interval: wanted.interval } }),
  };
  return callOnce({
    object: 'price',
    operationId: `price:${lookupKey}`,
    call: (options) => stripe.prices.create(params, options),
    findDone: async () => (await findPrices(stripe, [lookupKey])).get(lookupKey),
  });
}

/** The default currency is not named: the first release had no other, and its prices are found by their keys. */
function lookupKeyOf({
  catalogVersion,
  plan,
  pack,
  interval,
  price,
  isDefaultCurrency,
}: CatalogPrice): string {
  return [
    'scrip',
    catalogVersion,
    plan ?? pack ?? 'price',
    interval,
    isDefaultCurrency ? null : price.currency,
  ]
    .filter((part) => part !== null)
    .join(':');
}

function assertSame(wanted: WantedPrice, existing: Stripe.Price): void {
  const same =
    existing.unit_amount === wanted.price.amountMinor &&
    existing.currency === wanted.price.currency &&
    (existing.recurring?.interval ?? null) === wanted.interval;
  if (!same) throw new Error(`price ${existing.id} at Stripe differs from ${wanted.lookupKey}`);
}
