import type Stripe from 'stripe';
import { refOrNull, stripeId } from '../work';

export function buildRefund(input: {
  charge: Stripe.Charge;
  amount: number;
  reason: Stripe.Refund.Reason | null;
  metadata: Stripe.Metadata;
  status: 'pending' | 'succeeded';
  at: number;
}): Stripe.Refund {
  const { charge } = input;
  return {
    id: stripeId('re'),
    object: 'refund',
    amount: input.amount,
    balance_transaction: stripeId('txn'),
    charge: charge.id,
    created: input.at,
    currency: charge.currency,
    customer: refOrNull(charge.customer),
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    metadata: input.metadata,
    payment_intent: refOrNull(charge.payment_intent),
    payment_method: charge.payment_method,
    reason: input.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: input.status,
    transfer_reversal: null,
  };
}
