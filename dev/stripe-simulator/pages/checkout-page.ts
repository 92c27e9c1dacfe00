import type Stripe from 'stripe';
import { asksForNothing, payCheckout, type CheckoutPost } from '../billing/checkout';
import type { Store } from '../store';
import type { Work } from '../work';
import { escapeHtml, formatAmount } from './html';
import {
  askForCard,
  belongsToNobody,
  closedPage,
  conclude,
  NO_CUSTOMER,
  takeCard,
  type CardOutcome,
  type CardPost,
  type PageAnswer,
} from './page';

const TITLE = 'Checkout';

/**
 * The page behind a session's `url`. Posting a card pays and goes to the success URL; doing so again does not pay twice
 * but goes there again.
 */
export function checkoutPage(store: Store, work: Work, id: string, post: CardPost | null): PageAnswer {
  const session = store.tables.find('checkout.session', id);
  if (session === undefined) return closedPage(TITLE, 'There is no such checkout.', 404);
  if (session.status === 'expired') return closedPage(TITLE, 'This checkout has expired.', 410);
  if (belongsToNobody(store.tables, session.customer)) return closedPage(TITLE, NO_CUSTOMER, 410);
  const complete = session.status === 'complete';
  if (post === null) return complete ? closedPage(TITLE, 'This is paid.') : openPage(store, session);
  if (complete) return { status: 303, html: '', location: successUrl(session) };
  const { customer } = post;
  if (asksForNothing(session) && post.number === '' && post.bank === '') {
    const nothing = { instrument: null, authenticated: false, customer };
    return conclude(TITLE, 'Pay', '', () => store.transact(() => charge(work, session, nothing)));
  }
  return takeCard(TITLE, 'Pay', post, (instrument, authenticated) =>
    store.transact(() => charge(work, session, { instrument, authenticated, customer })),
  );
}

function charge(work: Work, session: Stripe.Checkout.Session, post: CheckoutPost): CardOutcome {
  const answer = payCheckout(work, session, post);
  switch (answer.outcome) {
    case 'complete':
      return { outcome: 'done', location: successUrl(answer.session) };
    case 'declined':
      return { outcome: 'declined', message: answer.failure.message };
    case 'requires_action':
      return answer;
  }
}

function openPage({ tables }: Store, session: Stripe.Checkout.Session): PageAnswer {
  const items = tables.get('checkout_terms', session.id).items.map(({ price: id, quantity }) => {
    const price = tables.get('price', id);
    const product = typeof price.product === 'string' ? tables.find('product', price.product) : undefined;
    const every = price.recurring === null ? '' : ` every ${price.recurring.interval}`;
    const amount = formatAmount((price.unit_amount ?? 0) * quantity, price.currency);
    return `<p>${String(quantity)} × ${escapeHtml(product?.name ?? id)}: ${amount}${every}</p>`;
  });
  const back =
    session.cancel_url === null ? '' : `\n<p><a href="${escapeHtml(session.cancel_url)}">Back</a></p>`;
  return askForCard(TITLE, items.join('\n') + back, 'Pay');
}

function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? `/c/pay/${session.id}`).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}
