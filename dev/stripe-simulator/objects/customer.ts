import type Stripe from 'stripe';
import { stripeId } from '../work';

export function buildCustomer(input: {
  email: string | null;
  name: string | null;
  description: string | null;
  phone?: string | null;
  address?: Stripe.Address | null;
  metadata: Stripe.Metadata;
  at: number;
}): Stripe.Customer {
  const id = stripeId('cus');
  return {
    id,
    object: 'customer',
    address: input.address ?? null,
    balance: 0,
    created: input.at,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: input.description,
    email: input.email,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: input.metadata,
    name: input.name,
    next_invoice_sequence: 1,
    phone: input.phone ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}
