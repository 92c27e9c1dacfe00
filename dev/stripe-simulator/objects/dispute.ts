import type Stripe from 'stripe';
import { DAY, refOrNull, stripeId } from '../work';

/** What a dispute costs at Stripe beside the amount, in minor units. */
const FEE = 1500;

/**
 * The dispute of a charge, with the amount already withdrawn: Stripe takes it when a dispute opens, not when it is lost. For
 * an inquiry nothing is taken.
 */
export function buildDispute(
  charge: Stripe.Charge,
  { reason, isInquiry }: { readonly reason: string; readonly isInquiry: boolean },
  at: number,
): Stripe.Dispute {
  const id = stripeId('dp');
  const { amount, currency } = charge;
  return {
    id,
    object: 'dispute',
    amount,
    balance_transactions: isInquiry ? [] : [movementOf({ id, currency }, -amount, at)],
    charge: charge.id,
    created: at,
    currency,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: at + 7 * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: false,
    metadata: {},
    network_reason_code: reason === 'fraudulent' ? '10.4' : '13.1',
    payment_intent: refOrNull(charge.payment_intent),
    reason,
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
  };
}

/** Money that a dispute takes from the balance (negative) or gives back to it. */
export function movementOf(
  dispute: Pick<Stripe.Dispute, 'id' | 'currency'>,
  amount: number,
  at: number,
): Stripe.BalanceTransaction {
  const fee = amount < 0 ? FEE : 0;
  return {
    id: stripeId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: at,
    balance_type: 'payments',
    created: at,
    currency: dispute.currency,
    description: amount < 0 ? 'Chargeback withdrawal' : 'Chargeback reversal',
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: dispute.currency,
              description: 'Dispute fee',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
  };
}

export const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
