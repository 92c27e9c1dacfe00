import type Stripe from 'stripe';
import type { TestCard } from '../test-cards';
import { stripeId } from '../work';

export function buildPaymentMethod(
  card: TestCard,
  customer: string | null,
  at: number,
): Stripe.PaymentMethod {
  return {
    id: stripeId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(at * 1000).getUTCFullYear() + 4,
      // The number itself, so that the simulator knows how the card behaves; Stripe gives a hash here.
      fingerprint: card.number,
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: at,
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
