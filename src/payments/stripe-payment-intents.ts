import type Stripe from 'stripe';
import { DomainError } from '../domain/errors';
import { callOnce } from './call-once';
import { idOf, METADATA, paymentFact } from './payment-facts';
import type { PaymentFact, Payments } from './payments';
import { callStripe, isRefused } from './stripe-client';

/** A payment as it is now. */
export async function getPayment(stripe: Stripe, paymentIntentId: string): Promise<PaymentFact> {
  return paymentFact(await callStripe('payment_intent', stripe.paymentIntents.retrieve(paymentIntentId)));
}

/** Charges a saved card while its holder is away; see the port. A card that asks for its holder counts as declined. */
export async function chargeOffSession(
  stripe: Stripe,
  input: Parameters<Payments['chargeOffSession']>[0],
): Promise<PaymentFact> {
  const params = {
    amount: input.amount.amountMinor,
    currency: input.amount.currency,
    customer: input.stripeCustomerId,
    payment_method: input.paymentMethodId,
    confirm: true,
    off_session: true,
    error_on_requires_action: true,
    description: input.description,
    metadata: { [METADATA.customer]: input.customerId, [METADATA.order]: input.orderId },
  };
  try {
    const intent = await callOnce({
      object: 'payment_intent',
      operationId: input.operationId,
      call: (options) => stripe.paymentIntents.create(params, options),
      findDone: () => findCharged(stripe, input),
    });
    return paymentFact(intent);
  } catch (error) {
    // Nothing is charged then, nor would it be at the next try: a card was taken away since it was found, say.
    if (!isRefused(error)) throw error;
    const reason = error.param === 'payment_method' ? 'payment_method_missing' : 'refused';
    throw new DomainError(
      'payment_failed',
      `Stripe refused it: see request ${error.requestId} in Stripe's log.`,
      {
        reason,
      },
    );
  }
}

/** The payment that an order has led to already. Throws the decline, when it was declined. */
async function findCharged(
  stripe: Stripe,
  { stripeCustomerId: customer, orderId }: Parameters<Payments['chargeOffSession']>[0],
): Promise<Stripe.PaymentIntent | undefined> {
  const { data } = await callStripe('list', stripe.paymentIntents.list({ customer, limit: 100 }));
  const made = data.find(
    ({ metadata, status }) => metadata[METADATA.order] === orderId && status !== 'canceled',
  );
  if (made === undefined) return undefined;
  const { status, failure } = paymentFact(made);
  if (status !== 'failed') return made;
  throw new DomainError('payment_failed', 'The payment has failed.', { reason: failure ?? 'card_declined' });
}

/** A card that may be charged off session; see the port. */
export async function findSavedPaymentMethod(stripe: Stripe, customer: string): Promise<string | null> {
  const found = await callStripe('customer', stripe.customers.retrieve(customer));
  if (found.deleted === true) return null;
  const preferred = idOf(found.invoice_settings.default_payment_method);
  if (preferred !== null) return preferred;
  const subscriptions = await callStripe('list', stripe.subscriptions.list({ customer, limit: 10 }));
  const charged = subscriptions.data.map((one) => idOf(one.default_payment_method)).find((id) => id !== null);
  if (charged !== undefined) return charged;
  const cards = await callStripe('list', stripe.paymentMethods.list({ customer, type: 'card', limit: 1 }));
  return cards.data[0]?.id ?? null;
}
