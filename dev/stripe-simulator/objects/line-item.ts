import type Stripe from 'stripe';
import type { CheckoutTerms, Tables } from '../store';

/** What a Checkout session sells. */
export function lineItemsOf(tables: Tables, session: string): Stripe.LineItem[] {
  tables.get('checkout.session', session);
  const sold = tables.get('checkout_terms', session).items;
  return lineItems(tables, session.replace(/^cs_test_/, ''), sold);
}

/** What a payment link sells. */
export function lineItemsOfLink(tables: Tables, link: string): Stripe.LineItem[] {
  return lineItems(tables, link.replace(/^plink_/, ''), tables.get('payment_link_items', link).items);
}

function lineItems(tables: Tables, key: string, sold: CheckoutTerms['items']): Stripe.LineItem[] {
  return sold.map((item, index) => {
    const price = tables.get('price', item.price);
    const amount = (price.unit_amount ?? 0) * item.quantity;
    const product = typeof price.product === 'string' ? tables.find('product', price.product) : undefined;
    return {
      id: `li_${key}${String(index)}`,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: product?.name ?? price.id,
      metadata: {},
      price,
      quantity: item.quantity,
    };
  });
}
