import type { Instant } from '../domain/instants';
import { linesOfCancelRequest, type CancelRequest } from './cancel-request';
import { stripesOwn } from './stripes-own';

/** Where an order stands. `what`: how many of which pack, where the run knows it; one that was taken up again does not. */
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
  'An order ends when it is paid, or an hour after its checkout is over; money that comes later is taken in all the same. To end it now, expire the checkout at Stripe, then send the Update `lookAgain`.';

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
      return `**pending**. It waits for its payment at ${where}, and looks there by itself at ${is.lookAt}. Paid and not seen: the Update \`lookAgain\`.`;
    case 'looking':
      return `it asks about ${where}. If this stands still, the pending activity says what its last attempt came to.`;
    case 'seen':
      return `**${is.status}**. ${ENDS[is.status]}`;
    case 'unknown':
      return 'there is no such order.';
  }
}

const ENDS = {
  pending: 'Stripe has not taken the money yet.',
  paid: 'The credits are granted, less what went back.',
  canceled: 'Its checkout is over and nothing was paid.',
} as const;
