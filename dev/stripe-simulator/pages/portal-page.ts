import type Stripe from 'stripe';
import { attachMethod, createMethod, setDefaultMethod } from '../billing/methods';
import { changeSubscription } from '../billing/subscription-state';
import type { Store } from '../store';
import { refOf, refOrNull, type Work } from '../work';
import { escapeHtml, formatAmount } from './html';
import {
  askForCard,
  belongsToNobody,
  closedPage,
  NO_CUSTOMER,
  takeCard,
  type CardPost,
  type PageAnswer,
} from './page';

const TITLE = 'Your cards and invoices';

/** The customer portal: invoices to look at, and a card to charge from now on. */
export function portalPage(store: Store, work: Work, id: string, post: CardPost | null): PageAnswer {
  const session = store.tables.find('billing_portal.session', id);
  if (session === undefined) return closedPage(TITLE, 'There is no such page.', 404);
  if (belongsToNobody(store.tables, session.customer)) return closedPage(TITLE, NO_CUSTOMER, 410);
  if (post === null)
    return askForCard(TITLE, invoicesOf(store, session.customer), 'Use this card from now on');
  return takeCard(TITLE, 'Use this card from now on', post, (card) =>
    store.transact(() => {
      const method = attachMethod(work, createMethod(work, card), session.customer);
      chargeFromNowOn(work, session.customer, method.id);
      return { outcome: 'done', location: session.return_url ?? `/p/session/${id}` };
    }),
  );
}

/** The new card is the customer's default and replaces the one that a subscription was started with. */
function chargeFromNowOn(work: Work, customer: string, method: string): void {
  setDefaultMethod(work, work.tables.get('customer', customer), method);
  work.tables
    .list('subscription')
    .filter((one) => refOf(one.customer) === customer && one.status !== 'canceled')
    .forEach((one) => changeSubscription(work, one, { default_payment_method: method }));
}

function invoicesOf({ tables }: Store, customer: string): string {
  const shown = tables
    .list('invoice')
    .filter((invoice) => refOrNull(invoice.customer) === customer && invoice.status !== 'draft');
  return `<ul>${shown.map(lineOf).join('')}</ul>`;
}

function lineOf(invoice: Stripe.Invoice): string {
  const amount = formatAmount(invoice.amount_due, invoice.currency);
  const number = escapeHtml(invoice.number ?? invoice.id);
  return `<li><a href="/i/${escapeHtml(invoice.id)}">${number}</a>: ${amount}, ${invoice.status ?? ''}</li>`;
}
