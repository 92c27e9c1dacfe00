import type Stripe from 'stripe';
import { DAY, stripeId, type Work } from '../work';

export function buildCheckoutSession(
  work: Work,
  input: {
    mode: 'payment' | 'subscription';
    customer: Stripe.Customer | null;
    subtotal: number;
    amount: number;
    coupons: readonly string[];
    currency: string;
    customerEmail: string | null;
    successUrl: string | null;
    cancelUrl: string | null;
    clientReferenceId: string | null;
    expiresAt: number | null;
    methodCollection: 'always' | 'if_required';
    paymentLink: string | null;
    metadata: Stripe.Metadata;
  },
): Stripe.Checkout.Session {
  const id = stripeId('cs_test');
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: ['card'],
    amount_subtotal: input.subtotal,
    amount_total: input.amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: input.cancelUrl,
    client_reference_id: input.clientReferenceId,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: work.at,
    currency: input.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: input.customer?.id ?? null,
    customer_account: null,
    customer_creation: input.mode === 'payment' && input.customer === null ? 'if_required' : null,
    customer_details: null,
    customer_email: input.customerEmail,
    discounts: input.coupons.map((coupon) => ({ coupon, promotion_code: null })),
    expires_at: input.expiresAt ?? work.at + DAY,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: input.metadata,
    mode: input.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: input.paymentLink,
    payment_method_collection: input.methodCollection,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: input.successUrl,
    total_details: { amount_discount: input.subtotal - input.amount, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${work.baseUrl}/c/pay/${id}`,
    wallet_options: null,
  };
}
