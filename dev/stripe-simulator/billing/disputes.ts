import type Stripe from 'stripe';
import { change, emit } from '../events';
import { buildDispute, movementOf } from '../objects/dispute';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';
import { behaviorOf } from './methods';

/** Opens a dispute at once when the card that paid is one whose payments are disputed; the money leaves with it. */
export function openDisputeIfAsked(work: Work, charge: Stripe.Charge): void {
  const method = work.tables.find('payment_method', charge.payment_method ?? '');
  const behavior = method === undefined ? undefined : behaviorOf(method);
  if (behavior?.kind !== 'pays_then_disputes') return;
  const dispute = work.tables.put('dispute', buildDispute(charge, behavior, work.at));
  emit(work, 'charge.dispute.created', dispute);
  if (!behavior.isInquiry) withdraw(work, dispute);
}

/** What a dispute that is still open becomes when evidence is submitted. */
const UNDER_REVIEW = {
  needs_response: 'under_review',
  under_review: 'under_review',
  warning_needs_response: 'warning_under_review',
  warning_under_review: 'warning_under_review',
} as const;
type OpenStatus = keyof typeof UNDER_REVIEW;

/**
 * Takes in evidence. Submitted, it decides the dispute at once, as in Stripe's test mode: `winning_evidence` wins it,
 * `losing_evidence` loses it, `escalate_inquiry_evidence` makes a dispute of an inquiry, anything else leaves it under
 * review (https://docs.stripe.com/testing#disputes). The simulator's own `winning_evidence_less_fee` wins it too, and one per
 * cent of the amount stays away.
 */
export function submitEvidence(
  work: Work,
  dispute: Stripe.Dispute,
  input: { evidence: Partial<Stripe.Dispute.Evidence>; submit: boolean; metadata: Stripe.Metadata },
): Stripe.Dispute {
  const reviewed = UNDER_REVIEW[openStatusOf(dispute)];
  const evidence = { ...dispute.evidence, ...input.evidence };
  const details = {
    ...dispute.evidence_details,
    has_evidence: true,
    submission_count: dispute.evidence_details.submission_count + (input.submit ? 1 : 0),
  };
  const status = input.submit ? reviewed : dispute.status;
  const patch = { evidence, evidence_details: details, status, metadata: input.metadata };
  const updated = change(work, 'dispute', dispute, patch, 'charge.dispute.updated');
  return input.submit ? decide(work, updated, evidence.uncategorized_text) : updated;
}

function decide(work: Work, dispute: Stripe.Dispute, text: string | null): Stripe.Dispute {
  const isInquiry = dispute.status === UNDER_REVIEW.warning_needs_response;
  if (text === 'escalate_inquiry_evidence' && isInquiry) return escalate(work, dispute);
  if (text === 'winning_evidence' || text === 'winning_evidence_less_fee') {
    if (isInquiry) return close(work, dispute, 'warning_closed');
    const kept = text === 'winning_evidence' ? 0 : Math.round(dispute.amount / 100);
    return win(work, dispute, dispute.amount - kept);
  }
  return text === 'losing_evidence' ? concede(work, dispute) : dispute;
}

/** Gives a dispute up: to concede is to lose, and what an inquiry asks for leaves only then. */
export function concede(work: Work, dispute: Stripe.Dispute): Stripe.Dispute {
  const isInquiry = openStatusOf(dispute).startsWith('warning_');
  return close(work, isInquiry ? escalate(work, dispute) : dispute, 'lost');
}

function openStatusOf({ status }: Stripe.Dispute): OpenStatus {
  const open = (Object.keys(UNDER_REVIEW) as OpenStatus[]).find((one) => one === status);
  if (open === undefined) throw invalidRequest(`This dispute is already closed: ${status}.`);
  return open;
}

function escalate(work: Work, inquiry: Stripe.Dispute): Stripe.Dispute {
  const movements = [movementOf(inquiry, -inquiry.amount, work.at)];
  const patch = { status: 'needs_response', balance_transactions: movements, is_charge_refundable: false };
  return withdraw(work, change(work, 'dispute', inquiry, patch, 'charge.dispute.updated'));
}

function withdraw(work: Work, dispute: Stripe.Dispute): Stripe.Dispute {
  change(work, 'charge', work.tables.get('charge', refOf(dispute.charge)), { disputed: true });
  emit(work, 'charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

function close(
  work: Work,
  dispute: Stripe.Dispute,
  status: 'won' | 'lost' | 'warning_closed',
): Stripe.Dispute {
  return change(work, 'dispute', dispute, { status }, 'charge.dispute.closed');
}

function win(work: Work, dispute: Stripe.Dispute, returned: number): Stripe.Dispute {
  const charge = work.tables.get('charge', refOf(dispute.charge));
  change(work, 'charge', charge, { disputed: false });
  const movements = [...dispute.balance_transactions, movementOf(dispute, returned, work.at)];
  const patch = { balance_transactions: movements };
  const repaid = change(work, 'dispute', dispute, patch, 'charge.dispute.funds_reinstated');
  return close(work, repaid, 'won');
}
