import type Stripe from 'stripe';
import type { Work } from '../work';
import { finalizeInvoice, markUncollectible, voidInvoice } from './invoices';
import { changeSubscription } from './subscription-state';

/** The end of a pause of collection that had one: what is billed from now on is collected again. */
export function resumeCollection(work: Work, subscription: Stripe.Subscription): void {
  if (subscription.pause_collection !== null) {
    changeSubscription(work, subscription, { pause_collection: null });
  }
}

/**
 * What becomes of an invoice that was made while collection was paused: it stays a draft, or it is made final and given up
 * at once (https://docs.stripe.com/billing/subscriptions/pause-payment). Undefined for every other invoice.
 */
export function concludeHeld(work: Work, draft: Stripe.Invoice): Stripe.Invoice | undefined {
  switch (work.tables.find('held_invoice', draft.id)?.behavior) {
    case undefined:
      return undefined;
    case 'keep_as_draft':
      return draft;
    case 'mark_uncollectible':
      return markUncollectible(work, finalizeInvoice(work, draft));
    case 'void':
      return voidInvoice(work, finalizeInvoice(work, draft));
  }
}
