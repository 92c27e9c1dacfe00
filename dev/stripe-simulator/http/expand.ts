import type Stripe from 'stripe';
import { lineItemsOf, lineItemsOfLink } from '../objects/line-item';
import { invalidRequest } from '../stripe-error';
import type { Kind, Tables } from '../store';
import { refOf, refOrNull } from '../work';

/** What kind of object an id is of, by its prefix. */
const KIND_OF_PREFIX: Readonly<Record<string, Kind>> = {
  cbtxn: 'customer_balance_transaction',
  ch: 'charge',
  cn: 'credit_note',
  cs: 'checkout.session',
  cus: 'customer',
  di: 'discount',
  in: 'invoice',
  pi: 'payment_intent',
  plink: 'payment_link',
  pm: 'payment_method',
  price: 'price',
  prod: 'product',
  re: 'refund',
  sub: 'subscription',
};

/** Lists that an object has only when they are asked for, newest first. */
const LEFT_OUT: Readonly<
  Record<string, (tables: Tables, id: string) => Stripe.ApiList<{ readonly id: string }>>
> = {
  'charge.refunds': (tables, id) =>
    listOf(
      `/v1/charges/${id}/refunds`,
      tables
        .list('refund')
        .filter(({ charge }) => refOrNull(charge) === id)
        .toReversed(),
    ),
  'checkout.session.line_items': (tables, id) =>
    listOf(`/v1/checkout/sessions/${id}/line_items`, lineItemsOf(tables, id)),
  'payment_link.line_items': (tables, id) =>
    listOf(`/v1/payment_links/${id}/line_items`, lineItemsOfLink(tables, id)),
  'customer.subscriptions': (tables, id) =>
    listOf(
      `/v1/customers/${id}/subscriptions`,
      tables
        .list('subscription')
        .filter(({ customer, status }) => refOf(customer) === id && status !== 'canceled')
        .toReversed(),
    ),
  'invoice.payments': (tables, id) =>
    listOf(
      `/v1/invoice_payments?invoice=${id}`,
      tables.list('invoice_payment').filter(({ invoice }) => refOf(invoice) === id),
    ),
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
  const leftOut = 'object' in object ? LEFT_OUT[`${String(object.object)}.${name}`] : undefined;
  if (leftOut !== undefined) return leftOut(tables, (object as { readonly id: string }).id);
  const value: unknown = Object.hasOwn(object, name) ? object[name as keyof object] : undefined;
  if (value === undefined) throw invalidRequest(`This property cannot be expanded (${name}).`);
  return Array.isArray(value)
    ? value.map((one: unknown) => referred(tables, one, name))
    : referred(tables, value, name);
}

function referred(tables: Tables, value: unknown, name: string): unknown {
  if (typeof value !== 'string') return value;
  // A coupon's id may be any text.
  const kind = name === 'coupon' ? 'coupon' : KIND_OF_PREFIX[value.split('_')[0] ?? ''];
  if (kind === undefined) throw invalidRequest(`This property cannot be expanded (${name}).`);
  return tables.find(kind, value) ?? tables.find('deleted_customer', value) ?? value;
}

function listOf<T>(url: string, data: T[]): Stripe.ApiList<T> {
  return { object: 'list', data, has_more: false, url };
}
