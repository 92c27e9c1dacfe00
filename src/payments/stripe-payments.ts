import { checkoutSessionFact } from './payment-facts';
import { parseWebhook } from './payment-events';
import type { Payments } from './payments';
import { openedUnlessRefused } from './refused-opening';
import { createAddOnCheckout, createSubscriptionCheckout, expireCheckoutSession } from './stripe-checkout';
import { callStripe, createStripeClient } from './stripe-client';
import { createInvoicedSubscription } from './stripe-contracts';
import { createCustomer, deleteCustomer, hasCustomer } from './stripe-customers';
import { getInvoice, listSubscriptionInvoices, payOutOfBand, voidOpenInvoices } from './stripe-invoices';
import {
  listCompleteSessions,
  listEvents,
  listPaidInvoices,
  listPayments,
  listSubscriptions,
  listWithdrawals,
} from './stripe-lists';
import { chargeOffSession, findSavedPaymentMethod, getPayment } from './stripe-payment-intents';
import { ensureContractPrice, ensurePrices } from './stripe-prices';
import { refundPayment } from './stripe-refunds';
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
import { getGivenBack } from './stripe-given-back';
import { findInvoiceOfPayment, getWithdrawal } from './stripe-withdrawals';

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
    createCustomer: (customer) => createCustomer(stripe, customer),
    hasCustomer: (stripeCustomerId) => hasCustomer(stripe, stripeCustomerId),
    deleteCustomer: (stripeCustomerId) => deleteCustomer(stripe, stripeCustomerId),
    createSubscriptionCheckout: (input) => createSubscriptionCheckout(stripe, input),
    createAddOnCheckout: (input) => createAddOnCheckout(stripe, input),
    getInvoice: (invoiceId) => getInvoice(stripe, invoiceId),
    listSubscriptionInvoices: (id) => listSubscriptionInvoices(stripe, id),
    async getCheckoutSession(sessionId) {
      const session = stripe.checkout.sessions.retrieve(sessionId, { expand: ['line_items'] });
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
    voidOpenInvoices: (id, periods) => voidOpenInvoices(stripe, id, periods),
    payOutOfBand: (input) => payOutOfBand(stripe, input),
    ensureContractPrice: (contract) => ensureContractPrice(stripe, contract),
    createInvoicedSubscription: (input) => createInvoicedSubscription(stripe, input),
    findSavedPaymentMethod: (stripeCustomerId) => findSavedPaymentMethod(stripe, stripeCustomerId),
    chargeOffSession: (input) => chargeOffSession(stripe, input),
    getPayment: (paymentIntentId) => getPayment(stripe, paymentIntentId),
    refundPayment: (refund) => refundPayment(stripe, refund),
    findInvoiceOfPayment: (paymentIntentId) => findInvoiceOfPayment(stripe, paymentIntentId),
    getGivenBack: (of) => getGivenBack(stripe, of),
    getWithdrawal: (withdrawal) => getWithdrawal(stripe, withdrawal),
    async createPortalSession({ stripeCustomerId, returnUrl }) {
      const params = { customer: stripeCustomerId, return_url: returnUrl };
      const session = callStripe('billing_portal.session', stripe.billingPortal.sessions.create(params));
      return { url: (await openedUnlessRefused(session)).url };
    },
    listEvents: (since) => listEvents(stripe, since),
    listPaidInvoices: (since) => listPaidInvoices(stripe, since),
    listCompleteSessions: (since) => listCompleteSessions(stripe, since),
    listPayments: (since) => listPayments(stripe, since),
    listSubscriptions: () => listSubscriptions(stripe),
    listWithdrawals: (since) => listWithdrawals(stripe, since),
    parseWebhook: (rawBody, signature, now) => parseWebhook(rawBody, signature, now, config.webhookSecrets),
  };
}
