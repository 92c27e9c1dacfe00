import { checkoutSessionFact, METADATA } from './payment-facts';
import { parseWebhook } from './payment-events';
import type { Payments } from './payments';
import { createAddOnCheckout, createSubscriptionCheckout, expireCheckoutSession } from './stripe-checkout';
import { callStripe, createStripeClient } from './stripe-client';
import { createInvoicedSubscription } from './stripe-contracts';
import { getInvoice, listSubscriptionInvoices, payOutOfBand, voidOpenInvoices } from './stripe-invoices';
import {
  listCompleteSessions,
  listEvents,
  listOrderPayments,
  listPaidInvoices,
  listWithdrawals,
} from './stripe-lists';
import { chargeOffSession, findSavedPaymentMethod, getPayment } from './stripe-payment-intents';
import { ensureContractPrice, ensurePrices } from './stripe-prices';
import {
  adoptSubscription,
  cancelSubscription,
  changeSubscriptionPrice,
  getSubscription,
  pauseSubscription,
  resumeSubscription,
  scheduleCancel,
  unscheduleCancel,
  upgradeSubscription,
} from './stripe-subscriptions';
import { getWithdrawal } from './stripe-withdrawals';

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
    getInvoice: (invoiceId) => getInvoice(stripe, invoiceId),
    listSubscriptionInvoices: (id) => listSubscriptionInvoices(stripe, id),
    async getCheckoutSession(sessionId) {
      const session = stripe.checkout.sessions.retrieve(sessionId);
      return checkoutSessionFact(await callStripe('checkout.session', session));
    },
    expireCheckoutSession: (sessionId) => expireCheckoutSession(stripe, sessionId),
    getSubscription: (id) => getSubscription(stripe, id),
    upgradeSubscription: (change) => upgradeSubscription(stripe, change),
    changeSubscriptionPrice: (change) => changeSubscriptionPrice(stripe, change),
    adoptSubscription: (adoption) => adoptSubscription(stripe, adoption),
    scheduleCancel: (change) => scheduleCancel(stripe, change),
    unscheduleCancel: (change) => unscheduleCancel(stripe, change),
    cancelSubscription: (change) => cancelSubscription(stripe, change),
    pauseSubscription: (change) => pauseSubscription(stripe, change),
    resumeSubscription: (change) => resumeSubscription(stripe, change),
    voidOpenInvoices: (id) => voidOpenInvoices(stripe, id),
    payOutOfBand: (input) => payOutOfBand(stripe, input),
    ensureContractPrice: (contract) => ensureContractPrice(stripe, contract),
    createInvoicedSubscription: (input) => createInvoicedSubscription(stripe, input),
    findSavedPaymentMethod: (stripeCustomerId) => findSavedPaymentMethod(stripe, stripeCustomerId),
    chargeOffSession: (input) => chargeOffSession(stripe, input),
    getPayment: (paymentIntentId) => getPayment(stripe, paymentIntentId),
    getWithdrawal: (withdrawal) => getWithdrawal(stripe, withdrawal),
    async createPortalSession({ stripeCustomerId, returnUrl }) {
      const session = stripe.billingPortal.sessions.create({
        customer: stripeCustomerId,
        return_url: returnUrl,
      });
      return { url: (await callStripe('billing_portal.session', session)).url };
    },
    listEvents: (since) => listEvents(stripe, since),
    listPaidInvoices: (since) => listPaidInvoices(stripe, since),
    listCompleteSessions: (since) => listCompleteSessions(stripe, since),
    listOrderPayments: (since) => listOrderPayments(stripe, since),
    listWithdrawals: (since) => listWithdrawals(stripe, since),
    parseWebhook: (rawBody, signature, now) => parseWebhook(rawBody, signature, now, config.webhookSecrets),
  };
}
