import { collectInvoice } from '../billing/collect-invoice';
import { customerOf } from '../billing/invoices';
import { attachMethod, createMethod } from '../billing/methods';
import { cardError } from '../stripe-error';
import type { Store } from '../store';
import type { Work } from '../work';
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

/** The page behind an invoice's `hosted_invoice_url`: an open invoice can be paid there with any card. */
export function invoicePage(store: Store, work: Work, id: string, post: CardPost | null): PageAnswer {
  const invoice = store.tables.find('invoice', id);
  const title = `Invoice ${invoice?.number ?? ''}`.trim();
  if (invoice === undefined || invoice.status === 'draft') {
    return closedPage('Invoice', 'There is no such invoice.', 404);
  }
  if (invoice.status === 'paid') return closedPage(title, 'This is paid.');
  if (invoice.status === 'void')
    return closedPage(title, 'This invoice is void: there is nothing to pay.', 410);
  if (belongsToNobody(store.tables, invoice.customer)) return closedPage(title, NO_CUSTOMER, 410);
  const details = `<p>${escapeHtml(formatAmount(invoice.amount_due, invoice.currency))}</p>`;
  if (post === null) return askForCard(title, details, 'Pay');
  return takeCard(title, 'Pay', post, (card, authenticated) =>
    store.transact(() => {
      const method = attachMethod(work, createMethod(work, card), customerOf(invoice));
      const collection = collectInvoice(work, invoice, { offSession: false, authenticated, method });
      if (collection.outcome === 'paid' || collection.outcome === 'processing')
        return { outcome: 'done', location: `/i/${id}` };
      if (collection.outcome === 'requires_action') return { outcome: 'requires_action' };
      throw cardError(collection.failure);
    }),
  );
}
