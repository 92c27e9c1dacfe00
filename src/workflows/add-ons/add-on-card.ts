import type { Instant } from '../../domain/instants';
import { linesOfCancelRequest, type CancelRequest } from '../cancel-request';
import { stripesOwn } from '../payments/stripes-own';

/** The progress of an order. `what`: quantity and pack; null in a run that was started again and does not know them. */
export interface AddOnStanding {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly what: string | null;
  readonly sessionId: string | null;
  readonly is: AddOnPhase;
}

type AddOnPhase =
  | { readonly phase: 'opening' }
  | { readonly phase: 'refused'; readonly code: string; readonly message: string }
  | { readonly phase: 'waiting'; readonly lookAt: Instant }
  | { readonly phase: 'looking' }
  | { readonly phase: 'seen'; readonly status: 'pending' | 'paid' | 'canceled' }
  | { readonly phase: 'unknown' };

const INSTEAD =
  'An order ends when it is paid, or an hour after its checkout has ended; a later payment is still accepted. To end it now, expire the checkout at Stripe, then send the Update `lookAgain`.';

/** The operator's card in the Web UI. */
export function addOnCard(standing: AddOnStanding, cancelRequest: CancelRequest | null): string {
  const { orderId, customerId, what, is } = standing;
  const whose = customerId === null ? '' : ` for ${customerId}`;
  const title = what === null ? `**Order ${orderId}**${whose}` : `**${what}**${whose}, order ${orderId}`;
  const lines = [`${title}: ${wordsOf(is, standing)}`, ...linesOfCancelRequest(cancelRequest, INSTEAD)];
  return lines.join('\n\n');
}

function wordsOf(is: AddOnPhase, { sessionId }: AddOnStanding): string {
  const where = sessionId === null ? 'Stripe' : stripesOwn(sessionId);
  switch (is.phase) {
    case 'opening':
      return 'its checkout is being opened at Stripe.';
    case 'refused':
      return `**refused**, ${is.code}. ${is.message}`;
    case 'waiting':
      return `**pending**. It waits for its payment at ${where}, and checks there by itself at ${is.lookAt}. If it is paid but not seen here, send the Update \`lookAgain\`.`;
    case 'looking':
      return `it is reading ${where}. If this does not change, the pending activity shows its last failure.`;
    case 'seen':
      return `**${is.status}**. ${ENDS[is.status]}`;
    case 'unknown':
      return 'there is no such order.';
  }
}

const ENDS = {
  pending: 'Stripe has not taken the money yet.',
  paid: 'The credits are granted, except for money that went back.',
  canceled: 'Its checkout has ended and nothing was paid.',
} as const;
