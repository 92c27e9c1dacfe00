import type { Instrument } from '../billing/methods';
import type { Tables } from '../store';
import { StripeError } from '../stripe-error';
import { findTestBank } from '../test-banks';
import { findTestCard } from '../test-cards';
import { refOrNull } from '../work';
import { authenticationForm, cardForm, renderPage } from './html';

/** What a page says that belongs to a customer who was deleted. */
export const NO_CUSTOMER = 'There is no such customer any more.';

/** Whether the customer of a page was deleted since it was made. */
export function belongsToNobody(
  tables: Tables,
  customer: string | { readonly id: string } | null | undefined,
): boolean {
  return tables.find('deleted_customer', refOrNull(customer) ?? '') !== undefined;
}

/** What a hosted page answers. */
export interface PageAnswer {
  readonly status: number;
  readonly html: string;
  /** Where the browser goes next, with status 303. */
  readonly location?: string;
}

/** What was posted to a page that takes a card. */
export interface CardPost {
  readonly number: string;
  /** An IBAN, or the number of a bank account in the United States, to be debited instead of a card. */
  readonly bank: string;
  /** The id of the customer who pays, for a session that has none. */
  readonly customer: string | null;
  /** The answer to the bank's question, when the card was given before. */
  readonly authentication: 'complete' | 'fail' | null;
}

/** What charging the posted card led to. */
export type CardOutcome =
  | { readonly outcome: 'done'; readonly location: string }
  | { readonly outcome: 'declined'; readonly message: string }
  | { readonly outcome: 'requires_action' };

/** The page before a card was given. */
export function askForCard(title: string, details: string, button: string): PageAnswer {
  return { status: 200, html: renderPage(title, `${details}\n${cardForm(button, null)}`) };
}

/** A page on which there is nothing left to do. */
export function closedPage(title: string, text: string, status = 200): PageAnswer {
  return { status, html: renderPage(title, `<p>${text}</p>`) };
}

/**
 * Takes a card: 303 to where the customer goes on, or 402 and the form once more, which says why. A card that asks for an
 * authentication gets a form of its own.
 */
export function takeCard(
  title: string,
  button: string,
  post: CardPost,
  charge: (card: Instrument, authenticated: boolean) => CardOutcome,
): PageAnswer {
  const again = declinedPage(title, button);
  const card = post.bank === '' ? findTestCard(post.number) : findTestBank(post.bank);
  if (card === undefined) {
    return again(post.bank === '' ? 'Your card number is incorrect.' : 'Your account number is incorrect.');
  }
  if (post.authentication === 'fail') return again('We are unable to authenticate your payment method.');
  return conclude(title, button, post.number, () => charge(card, post.authentication === 'complete'));
}

/** Answers what a charge led to; `number` is the card to give again when its bank asks for more. */
export function conclude(
  title: string,
  button: string,
  number: string,
  charge: () => CardOutcome,
): PageAnswer {
  const result = tryCharge(charge);
  switch (result.outcome) {
    case 'done':
      return { status: 303, html: '', location: result.location };
    case 'declined':
      return declinedPage(title, button)(result.message);
    case 'requires_action':
      return { status: 402, html: renderPage(title, authenticationForm(number)) };
  }
}

function declinedPage(title: string, button: string): (message: string) => PageAnswer {
  return (message) => ({ status: 402, html: renderPage(title, cardForm(button, message)) });
}

function tryCharge(charge: () => CardOutcome): CardOutcome {
  try {
    return charge();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return error.body.code === 'authentication_required'
      ? { outcome: 'requires_action' }
      : { outcome: 'declined', message: error.body.message };
  }
}
