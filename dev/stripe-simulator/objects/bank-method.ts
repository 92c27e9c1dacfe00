import type Stripe from 'stripe';
import type { TestBank } from '../test-banks';
import { stripeId } from '../work';

/** A payment method that is debited from a bank account. Its fingerprint is the number itself, as with cards. */
export function buildBankMethod(bank: TestBank, at: number): Stripe.PaymentMethod {
  const last4 = bank.number.slice(-4);
  const common = {
    id: stripeId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    created: at,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
  } as const;
  if (bank.type === 'sepa_debit') {
    return {
      ...common,
      type: 'sepa_debit',
      sepa_debit: {
        bank_code: bank.number.slice(4, 9),
        branch_code: '',
        country: bank.number.slice(0, 2),
        fingerprint: bank.number,
        generated_from: { charge: null, setup_attempt: null },
        last4,
      },
    };
  }
  return {
    ...common,
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: 'individual',
      account_type: 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint: bank.number,
      last4,
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: '110000000',
      status_details: {},
    },
  };
}
