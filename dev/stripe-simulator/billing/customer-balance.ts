import type Stripe from 'stripe';
import { change } from '../events';
import { stripeId, type Work } from '../work';

export interface BalanceMove {
  readonly customer: string;
  /** In minor units: negative is a credit, which lowers what the next invoices ask for; positive is a debt. */
  readonly amount: number;
  readonly currency: string;
  readonly type: Stripe.CustomerBalanceTransaction.Type;
  readonly invoice?: string;
  readonly creditNote?: string;
  readonly description?: string | null;
  readonly metadata?: Stripe.Metadata;
}

/** Moves a customer's balance and keeps the movement (https://docs.stripe.com/billing/customer/balance). */
export function moveBalance(work: Work, move: BalanceMove): Stripe.CustomerBalanceTransaction {
  const customer = work.tables.get('customer', move.customer, 'customer');
  const balance = customer.balance + move.amount;
  const currency = customer.currency ?? move.currency;
  change(work, 'customer', customer, { balance, currency }, 'customer.updated');
  return work.tables.put('customer_balance_transaction', {
    id: stripeId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: move.amount,
    checkout_session: null,
    created: work.at,
    credit_note: move.creditNote ?? null,
    currency: move.currency,
    customer: move.customer,
    customer_account: null,
    description: move.description ?? null,
    ending_balance: balance,
    invoice: move.invoice ?? null,
    livemode: false,
    metadata: move.metadata ?? {},
    type: move.type,
  });
}

/**
 * What a draft asks for once the balance is applied to it: a credit pays for it as far as it goes, a debt comes on top, and
 * a total below zero becomes a credit. Moves the balance; one in another currency is left alone.
 */
export function applyBalance(
  work: Work,
  draft: Stripe.Invoice,
  customer: Stripe.Customer,
): Pick<Stripe.Invoice, 'starting_balance' | 'ending_balance' | 'amount_due' | 'amount_remaining'> {
  const applies = customer.currency === null || customer.currency === draft.currency;
  const starting = applies ? customer.balance : 0;
  const due = Math.max(0, draft.total + starting);
  const ending = draft.total + starting - due;
  if (ending !== starting) {
    const amount = ending - starting;
    const { currency, id: invoice } = draft;
    moveBalance(work, { customer: customer.id, amount, currency, type: 'applied_to_invoice', invoice });
  }
  return { starting_balance: starting, ending_balance: ending, amount_due: due, amount_remaining: due };
}

/** Gives back what an invoice took of the balance: it is void, so nothing was paid with that. */
export function unapplyBalance(work: Work, invoice: Stripe.Invoice, customer: string): void {
  const amount = invoice.starting_balance - (invoice.ending_balance ?? invoice.starting_balance);
  if (amount === 0 || work.tables.find('customer', customer) === undefined) return;
  const { currency, id } = invoice;
  moveBalance(work, { customer, amount, currency, type: 'unapplied_from_invoice', invoice: id });
}
