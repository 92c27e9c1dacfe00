import { checkoutSessionFact, invoiceFact, METADATA } from './payment-facts';
import { parseWebhook } from './payment-events';
import type { Payments } from './payments';
import { createAddOnCheckout, createSubscriptionCheckout, expireCheckoutSession } from './stripe-checkout';
import { callStripe, createStripeClient } from './stripe-client';
import { ensurePrices } from './stripe-prices';

/**
 * The port to Stripe over HTTP, on the official SDK with a pinned API version. `apiUrl` points it at another server
 * that speaks the same API; absent means Stripe itself. `webhookSecrets` lists every secret that may sign a webhook,
 * the current one first. Opens no connection by itself and keeps no state.
 */
export function createStripePayments(config: {
  secretKey: string;
  apiUrl?: string | undefined;
  webhookSecrets: readonly string[];
}): Payments {
  const stripe = createStripeClient(config.secretKey, config.apiUrl);
  return {
    ensurePrices: (prices) => ensurePrices(stripe, prices),
    async createCustomer({ customerId, email, name }) {
      // The idempotent call carries nothing that may differ at a repeat; personal data follow in a second call.
      const metadata = { [METADATA.customer]: customerId };
      const options = { idempotencyKey: `cust:${customerId}` };
      const { id } = await callStripe('customer', stripe.customers.create({ metadata }, options));
      const personal = { ...(email === null ? {} : { email }), ...(name === null ? {} : { name }) };
      if (Object.keys(personal).length > 0)
        await callStripe('customer', stripe.customers.update(id, personal));
      return id;
    },
    createSubscriptionCheckout: (input) => createSubscriptionCheckout(stripe, input),
    createAddOnCheckout: (input) => createAddOnCheckout(stripe, input),
    async getInvoice(invoiceId) {
      const invoice = stripe.invoices.retrieve(invoiceId, { expand: ['payments'] });
      return invoiceFact(await callStripe('invoice', invoice));
    },
    async getCheckoutSession(sessionId) {
      const session = stripe.checkout.sessions.retrieve(sessionId);
      return checkoutSessionFact(await callStripe('checkout.session', session));
    },
    expireCheckoutSession: (sessionId) => expireCheckoutSession(stripe, sessionId),
    parseWebhook: (rawBody, signature, now) => parseWebhook(rawBody, signature, now, config.webhookSecrets),
  };
}
