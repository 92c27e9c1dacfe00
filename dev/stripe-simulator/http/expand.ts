import type Stripe from 'stripe';
import { invalidRequest } from '../stripe-error';
import type { Kind, Tables } from '../store';

/** What kind of object an id is of, by its prefix. */
const KIND_OF_PREFIX: Readonly<Record<string, Kind>> = {
  ch: 'charge',
  cs: 'checkout.session',
  cus: 'customer',
  in: 'invoice',
  pi: 'payment_intent',
  pm: 'payment_method',
  price: 'price',
  prod: 'product',
  sub: 'subscription',
};

/**
 * Replaces references by the objects they stand for, along paths like `data.latest_invoice.payments`
 * (https://docs.stripe.com/api/expanding_objects). Throws a 400 for what cannot be expanded.
 */
export function expandObject(tables: Tables, object: object, paths: readonly string[]): object {
  return paths.reduce((expanded, path) => expandPath(tables, expanded, path.split('.')), object);
}

function expandPath(tables: Tables, object: object, [name, ...rest]: readonly string[]): object {
  if (name === undefined) return object;
  const value = memberOf(tables, object, name);
  const inner = (child: unknown): unknown =>
    child !== null && typeof child === 'object' ? expandPath(tables, child, rest) : child;
  return { ...object, [name]: Array.isArray(value) ? value.map(inner) : inner(value) };
}

function memberOf(tables: Tables, object: object, name: string): unknown {
  if (name === 'payments' && 'object' in object && object.object === 'invoice') {
    return paymentsOf(tables, (object as Stripe.Invoice).id);
  }
  const value: unknown = Object.hasOwn(object, name) ? object[name as keyof object] : undefined;
  if (value === undefined) throw invalidRequest(`This property cannot be expanded (${name}).`);
  if (typeof value !== 'string') return value;
  const kind = KIND_OF_PREFIX[value.split('_')[0] ?? ''];
  if (kind === undefined) throw invalidRequest(`This property cannot be expanded (${name}).`);
  return tables.find(kind, value) ?? value;
}

function paymentsOf(tables: Tables, invoice: string): Stripe.ApiList<Stripe.InvoicePayment> {
  return {
    object: 'list',
    data: tables.list('invoice_payment').filter((payment) => payment.invoice === invoice),
    has_more: false,
    url: `/v1/invoice_payments?invoice=${invoice}`,
  };
}
