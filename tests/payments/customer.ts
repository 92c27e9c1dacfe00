import type { World } from './world';

export const CATALOG_PRICES = [
  {
    catalogVersion: 'test-1',
    plan: 'standard',
    interval: 'month',
    pack: null,
    name: 'Standard',
    price: { amountMinor: 4900, currency: 'usd' },
    isDefaultCurrency: true,
  },
  {
    catalogVersion: 'test-1',
    plan: 'pro',
    interval: 'month',
    pack: null,
    name: 'Pro',
    price: { amountMinor: 8900, currency: 'usd' },
    isDefaultCurrency: true,
  },
  {
    catalogVersion: 'test-1',
    plan: 'standard',
    interval: 'year',
    pack: null,
    name: 'Standard, yearly',
    price: { amountMinor: 49_000, currency: 'usd' },
    isDefaultCurrency: true,
  },
  {
    catalogVersion: 'test-1',
    plan: null,
    interval: null,
    pack: 'pack_1000',
    name: '1,000 credits',
    price: { amountMinor: 9000, currency: 'usd' },
    isDefaultCurrency: true,
  },
] as const;

export interface TestCustomer {
  readonly customerId: string;
  readonly stripeCustomerId: string;
  readonly prices: { standard: string; pro: string; yearly: string; pack: string };
}

/** A customer at Stripe and the catalog's prices. */
export async function createTestCustomer(world: World, customerId = 'cus_ours'): Promise<TestCustomer> {
  const [standard = '', pro = '', yearly = '', pack = ''] = await world.payments.ensurePrices(CATALOG_PRICES);
  const customer = { customerId, email: 'ada@example.com', name: 'Ada' };
  const stripeCustomerId = await world.payments.createCustomer(customer);
  return { customerId, stripeCustomerId, prices: { standard, pro, yearly, pack } };
}

/** Opens the page on which a subscription is paid for. */
export function openSubscriptionCheckout(
  world: World,
  customer: TestCustomer,
  priceId = customer.prices.standard,
) {
  return world.payments.createSubscriptionCheckout({
    operationId: 'checkout:sub_ours',
    customerId: customer.customerId,
    stripeCustomerId: customer.stripeCustomerId,
    subscriptionId: 'sub_ours',
    priceId,
    successUrl: 'https://example.com/paid?session={CHECKOUT_SESSION_ID}',
    cancelUrl: 'https://example.com/back',
  });
}

/** Opens the page on which two packs are paid for. */
export function openAddOnCheckout(world: World, customer: TestCustomer) {
  return world.payments.createAddOnCheckout({
    operationId: 'checkout:ord_ours',
    customerId: customer.customerId,
    stripeCustomerId: customer.stripeCustomerId,
    orderId: 'ord_ours',
    priceId: customer.prices.pack,
    quantity: 2,
    successUrl: 'https://example.com/paid',
    cancelUrl: 'https://example.com/back',
  });
}
