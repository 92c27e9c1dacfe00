import type Stripe from 'stripe';
import { change, emit } from '../events';
import { buildDispute, movementOf } from '../objects/dispute';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';
import { behaviorOf } from './methods';

/** Opens a dispute at once when the card that paid is the one whose payments are disputed; the money leaves with it. */
export function openDisputeIfAsked(work: Work, charge: Stripe.Charge): void {
  const method = work.tables.find('payment_method', charge.payment_method ?? '');
  if (method === undefined || behaviorOf(method).kind !== 'pays_then_disputes') return;
  const dispute = work.tables.put('dispute', buildDispute(charge, work.at));
  change(work, 'charge', charge, { disputed: true });
  emit(work, 'charge.dispute.created', dispute);
  emit(work, 'charge.dispute.funds_withdrawn', dispute);
}

/**
 * Takes in evidence. Submitted, it decides the dispute at once, as in Stripe's test mode: `winning_evidence` wins it,
 * `losing_evidence` loses it, anything else leaves it under review (https://docs.stripe.com/testing#disputes).
 */
export function submitEvidence(
  work: Work,
  dispute: Stripe.Dispute,
  input: { evidence: Partial<Stripe.Dispute.Evidence>; submit: boolean; metadata: Stripe.Metadata },
): Stripe.Dispute {
  const mayChange = dispute.status === 'needs_response' || dispute.status === 'under_review';
  if (!mayChange) throw invalidRequest(`This dispute is already closed: ${dispute.status}.`);
  const evidence = { ...dispute.evidence, ...input.evidence };
  const details = {
    ...dispute.evidence_details,
    has_evidence: true,
    submission_count: dispute.evidence_details.submission_count + (input.submit ? 1 : 0),
  };
  const status = input.submit ? ('under_review' as const) : dispute.status;
  const patch = { evidence, evidence_details: details, status, metadata: input.metadata };
  const updated = change(work, 'dispute', dispute, patch, 'charge.dispute.updated');
  if (!input.submit) return updated;
  if (evidence.uncategorized_text === 'winning_evidence') return win(work, updated);
  return evidence.uncategorized_text === 'losing_evidence' ? closeDispute(work, updated, 'lost') : updated;
}

/** Ends a dispute. To concede is to lose; the money stays where it is. */
export function closeDispute(work: Work, dispute: Stripe.Dispute, status: 'won' | 'lost'): Stripe.Dispute {
  if (dispute.status === 'won' || dispute.status === 'lost') {
    throw invalidRequest(`This dispute is already closed: ${dispute.status}.`);
  }
  return change(work, 'dispute', dispute, { status }, 'charge.dispute.closed');
}

function win(work: Work, dispute: Stripe.Dispute): Stripe.Dispute {
  const charge = work.tables.get('charge', refOf(dispute.charge));
  change(work, 'charge', charge, { disputed: false });
  const movements = [...dispute.balance_transactions, movementOf(dispute, dispute.amount, work.at)];
  const patch = { balance_transactions: movements };
  const repaid = change(work, 'dispute', dispute, patch, 'charge.dispute.funds_reinstated');
  return closeDispute(work, repaid, 'won');
}
