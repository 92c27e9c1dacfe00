import type Stripe from 'stripe';
import { buildCheckoutSession } from '../objects/checkout-session';
import { schedule } from '../schedule';
import type { CheckoutTerms } from '../store';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';
import { priceAfter } from './discounts';
import { checkItems } from './item-changes';
import { refuseOtherCurrency } from './one-currency';

export interface SessionInput {
  readonly mode: 'payment' | 'subscription';
  readonly items: readonly { readonly price: Stripe.Price; readonly quantity: number }[];
  /** Null for one that is made, or chosen, when it is paid. */
  readonly customer: Stripe.Customer | null;
  readonly customerEmail: string | null;
  /** Null where the page itself says that it is paid. */
  readonly successUrl: string | null;
  readonly cancelUrl: string | null;
  readonly clientReferenceId: string | null;
  readonly expiresAt: number | null;
  readonly methodCollection: 'always' | 'if_required' | null;
  readonly paymentLink: string | null;
  readonly metadata: Stripe.Metadata;
  readonly terms: Omit<CheckoutTerms, 'id' | 'items'>;
}

/** Opens a Checkout session, which expires by itself. With a trial nothing is asked for when it is paid. */
export function openSession(work: Work, input: SessionInput): Stripe.Checkout.Session {
  const { mode, items, terms } = input;
  refuseMixed(
    mode,
    items.map(({ price }) => price),
  );
  const onTrial = terms.trialDays !== null || terms.trialEnd !== null;
  const total = items.reduce((sum, { price, quantity }) => sum + (price.unit_amount ?? 0) * quantity, 0);
  const currency = items[0]?.price.currency ?? 'usd';
  if (mode === 'subscription' && input.customer !== null)
    refuseOtherCurrency(work, input.customer.id, currency);
  const subtotal = onTrial ? 0 : total;
  const session = buildCheckoutSession(work, {
    ...input,
    subtotal,
    amount: priceAfter(work, terms.coupons, subtotal, currency),
    coupons: terms.coupons,
    currency,
    methodCollection: input.methodCollection ?? (mode === 'subscription' ? 'always' : 'if_required'),
  });
  work.tables.put('checkout_terms', {
    ...terms,
    id: session.id,
    items: items.map(({ price, quantity }) => ({ price: price.id, quantity })),
  });
  schedule(work, 'expire_session', session.id, session.expires_at);
  return work.tables.put('checkout.session', session);
}

function refuseMixed(mode: 'payment' | 'subscription', prices: readonly Stripe.Price[]): void {
  if (mode === 'subscription') {
    checkItems(prices);
    return;
  }
  const recurring = prices.findIndex((price) => price.recurring !== null);
  if (recurring >= 0) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: `line_items[${String(recurring)}][price]` },
    );
  }
}
