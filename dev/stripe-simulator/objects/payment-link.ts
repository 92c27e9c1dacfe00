import type Stripe from 'stripe';
import { stripeId } from '../work';

export function buildPaymentLink(input: {
  baseUrl: string;
  currency: string;
  /** Where a customer goes who has paid; null shows a page that says so. */
  redirectUrl: string | null;
  sells: 'payment' | 'subscription';
  metadata: Stripe.Metadata;
  paymentMetadata: Stripe.Metadata;
  trialDays: number | null;
}): Stripe.PaymentLink {
  const id = stripeId('plink');
  const subscribes = input.sells === 'subscription';
  return {
    id,
    object: 'payment_link',
    active: true,
    after_completion:
      input.redirectUrl === null
        ? { type: 'hosted_confirmation', hosted_confirmation: { custom_message: null } }
        : { type: 'redirect', redirect: { url: input.redirectUrl } },
    allow_promotion_codes: false,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null },
    billing_address_collection: 'auto',
    consent_collection: null,
    currency: input.currency,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_creation: subscribes ? 'always' : 'if_required',
    inactive_message: null,
    invoice_creation: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    on_behalf_of: null,
    payment_intent_data: subscribes
      ? null
      : {
          capture_method: null,
          description: null,
          metadata: input.paymentMetadata,
          setup_future_usage: null,
          statement_descriptor: null,
          statement_descriptor_suffix: null,
          transfer_group: null,
        },
    payment_method_collection: subscribes ? 'always' : 'if_required',
    payment_method_options: null,
    payment_method_types: null,
    phone_number_collection: { enabled: false },
    restrictions: null,
    shipping_address_collection: null,
    shipping_options: [],
    submit_type: 'auto',
    subscription_data: subscribes
      ? {
          description: null,
          invoice_settings: {
            account_tax_ids: null,
            custom_fields: null,
            description: null,
            footer: null,
            issuer: { type: 'self' },
          },
          metadata: input.paymentMetadata,
          trial_period_days: input.trialDays,
          trial_settings: null,
        }
      : null,
    tax_id_collection: { enabled: false, required: 'never' },
    transfer_data: null,
    url: `${input.baseUrl}/l/${id}`,
  };
}
