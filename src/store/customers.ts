import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly stripeCustomerId: string | null;
  readonly createdAt: Instant;
}

interface CustomerRow {
  id: string;
  external_id: string;
  email: string | null;
  name: string | null;
  stripe_customer_id: string | null;
  created_at: Instant;
  erased_at: Instant | null;
}

/** The customer of an id; undefined when there is none. */
export async function findCustomer(db: Knex, id: string): Promise<Customer | undefined> {
  const row = await db<CustomerRow>('app.customers').where({ id }).first();
  return row === undefined ? undefined : customerOf(row);
}

/** The customer of an id. Throws `not_found`. */
export async function getCustomer(db: Knex, id: string): Promise<Customer> {
  const customer = await findCustomer(db, id);
  if (customer === undefined) throw new DomainError('not_found', `No customer ${id}.`);
  return customer;
}

/** The customer of ours that a customer at Stripe is bound to, or was before it was replaced; undefined when there is none. */
export async function findCustomerOfStripe(
  db: Knex,
  stripeCustomerId: string,
): Promise<Customer | undefined> {
  const row = await db<CustomerRow>('app.customers')
    .whereIn(
      'id',
      db('app.stripe_bindings').where({ stripe_customer_id: stripeCustomerId }).select('customer_id'),
    )
    .first();
  return row === undefined ? undefined : customerOf(row);
}

/**
 * Erases the personal data of a customer and keeps the row, whose id the ledger names. Idempotent: the first instant
 * stays. Throws `not_found`.
 */
export async function eraseCustomer(db: Knex, id: string, erasedAt: Instant): Promise<void> {
  const touched = await db('app.customers')
    .where({ id })
    .update({ email: null, name: null, erased_at: db.raw('coalesce(erased_at, ?)', [erasedAt]) });
  if (touched === 0) throw new DomainError('not_found', `No customer ${id}.`);
}

/**
 * Binds a customer to its customer at Stripe, once: the first binding wins and is the answer, so that two callers who
 * both created one end with the same.
 */
export async function bindStripeCustomer(db: Knex, id: string, stripeCustomerId: string): Promise<string> {
  await db('app.customers')
    .where({ id })
    .whereNull('stripe_customer_id')
    .update({ stripe_customer_id: stripeCustomerId });
  const customer = await getCustomer(db, id);
  if (customer.stripeCustomerId === null) throw new Error(`customer ${id} could not be bound`);
  return customer.stripeCustomerId;
}

/**
 * Binds a customer anew, to the one that replaces a customer at Stripe which is gone; the binding of before is remembered for
 * the money of before. Of two callers at once the first one wins, and its binding is the answer.
 */
export async function replaceStripeCustomer(
  db: Knex,
  id: string,
  { gone, created }: { readonly gone: string; readonly created: string },
): Promise<string> {
  await db('app.customers').where({ id, stripe_customer_id: gone }).update({ stripe_customer_id: created });
  const { stripeCustomerId } = await getCustomer(db, id);
  if (stripeCustomerId === null) throw new Error(`customer ${id} could not be bound anew`);
  return stripeCustomerId;
}

function customerOf(row: CustomerRow): Customer {
  return {
    id: row.id,
    externalId: row.external_id,
    email: row.email,
    name: row.name,
    stripeCustomerId: row.stripe_customer_id,
    createdAt: row.created_at,
  };
}
