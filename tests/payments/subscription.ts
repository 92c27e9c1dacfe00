import type { CheckoutSessionFact, InvoiceFact } from '../../src/payments/payments';
import { createTestCustomer, openSubscriptionCheckout, type TestCustomer } from './customer';
import { postCard, type World } from './world';

export interface TestSubscription extends TestCustomer {
  readonly stripeSubscriptionId: string;
  readonly session: CheckoutSessionFact;
}

/** A subscription that has just been paid for with a card at Checkout. */
export async function createTestSubscription(
  world: World,
  options: { card?: string; yearly?: boolean } = {},
): Promise<TestSubscription> {
  const customer = await createTestCustomer(world);
  const price = options.yearly === true ? customer.prices.yearly : customer.prices.standard;
  const { url, sessionId } = await openSubscriptionCheckout(world, customer, price);
  await postCard(url, { number: options.card ?? '4242424242424242' });
  const session = await world.payments.getCheckoutSession(sessionId);
  return { ...customer, session, stripeSubscriptionId: session.stripeSubscriptionId! };
}

/** Charges a subscription to another test card from now on. */
export async function changeCard(world: World, subscription: TestSubscription, name: string): Promise<void> {
  const method = await world.stripe.paymentMethods.attach(name, { customer: subscription.stripeCustomerId });
  await world.stripe.subscriptions.update(subscription.stripeSubscriptionId, {
    default_payment_method: method.id,
  });
}

/** The invoices of a subscription as the port sees them, oldest first. */
export async function invoicesOf(
  world: World,
  { stripeSubscriptionId }: TestSubscription,
): Promise<InvoiceFact[]> {
  const invoices = await world.stripe.invoices.list({ subscription: stripeSubscriptionId, limit: 100 });
  return Promise.all(invoices.data.toReversed().map(({ id }) => world.payments.getInvoice(id)));
}
