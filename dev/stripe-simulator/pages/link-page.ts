import type Stripe from 'stripe';
import { openSession } from '../billing/open-session';
import type { Store } from '../store';
import type { Work } from '../work';
import { closedPage, type CardPost, type PageAnswer } from './page';

/**
 * The page behind a payment link's `url`: whoever opens it gets a Checkout session of their own and is sent there. The query
 * may carry `client_reference_id` and `prefilled_email`, as at Stripe; such a session has no customer before it is paid.
 */
export function linkPage(
  store: Store,
  work: Work,
  id: string,
  _post: CardPost | null,
  query: URLSearchParams,
): PageAnswer {
  const link = store.tables.find('payment_link', id);
  if (link === undefined) return closedPage('Checkout', 'There is no such link.', 404);
  if (!link.active) return closedPage('Checkout', 'This link is not active any more.', 410);
  const session = store.transact(() => sessionOf(work, link, query));
  return { status: 303, html: '', location: session.url ?? '/' };
}

function sessionOf(work: Work, link: Stripe.PaymentLink, query: URLSearchParams): Stripe.Checkout.Session {
  const { items } = work.tables.get('payment_link_items', link.id);
  const { payment_intent_data: once, subscription_data: recurring } = link;
  return openSession(work, {
    mode: recurring === null ? 'payment' : 'subscription',
    items: items.map(({ price, quantity }) => ({ price: work.tables.get('price', price), quantity })),
    customer: null,
    customerEmail: query.get('prefilled_email'),
    successUrl: link.after_completion.redirect?.url ?? null,
    cancelUrl: null,
    clientReferenceId: query.get('client_reference_id'),
    expiresAt: null,
    methodCollection: null,
    paymentLink: link.id,
    metadata: link.metadata,
    terms: {
      metadata: (recurring ?? once)?.metadata ?? {},
      setupFutureUsage: null,
      coupons: [],
      trialDays: recurring?.trial_period_days ?? null,
      trialEnd: null,
      whenTrialEndsUnpaid: 'create_invoice',
    },
  });
}
