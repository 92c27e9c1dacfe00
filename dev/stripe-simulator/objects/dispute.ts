import type Stripe from 'stripe';
import { DAY, refOrNull, stripeId } from '../work';

/** What a dispute costs at Stripe beside the amount, in minor units. */
const FEE = 1500;

/** What the account is paid out in: a charge in another currency moves in this one, at the rate of the day. */
const SETTLEMENT_CURRENCY = 'usd';
const RATE_WHEN_TAKEN = 1.1;
/** Money that comes back weeks later comes at another rate, and is another amount. */
const RATE_WHEN_RETURNED = 1.089;

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

/**
 * Money that a dispute takes from the balance (negative) or gives back to it, of an amount in the dispute's currency. One
 * in another currency than the account's is converted, each time at its own rate.
 */
export function movementOf(
  dispute: Pick<Stripe.Dispute, 'id' | 'currency'>,
  disputed: number,
  at: number,
): Stripe.BalanceTransaction {
  const converts = dispute.currency !== SETTLEMENT_CURRENCY;
  const rate = disputed < 0 ? RATE_WHEN_TAKEN : RATE_WHEN_RETURNED;
  const amount = converts ? Math.round(disputed * rate) : disputed;
  const fee = amount < 0 ? FEE : 0;
  return {
    id: stripeId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: at,
    balance_type: 'payments',
    created: at,
    currency: SETTLEMENT_CURRENCY,
    description: amount < 0 ? 'Chargeback withdrawal' : 'Chargeback reversal',
    exchange_rate: converts ? rate : null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: SETTLEMENT_CURRENCY,
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
