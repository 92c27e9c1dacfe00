import type { Knex } from 'knex';
import { DatabaseError } from 'pg';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { StoreRecord } from '../ledger/commands';

/** A customer who is there: for whoever asks from outside an erased one is not. */
export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly stripeCustomerId: string | null;
  readonly createdAt: Instant;
  /** Since when everything of theirs is being ended; nothing new begins from then on. */
  readonly erasingAt: Instant | null;
}

/** A customer's row, an erased one's too: for money that comes or goes back later, and for the erasing itself. */
export interface RecordedCustomer extends Omit<Customer, 'externalId'> {
  /** Null once they are erased. */
  readonly externalId: string | null;
  readonly erasedAt: Instant | null;
}

interface CustomerRow {
  id: string;
  external_id: string | null;
  external_id_hash: string | null;
  email: string | null;
  name: string | null;
  stripe_customer_id: string | null;
  created_at: Instant;
  erasing_at: Instant | null;
  erased_at: Instant | null;
}

/** A customer as they are made known. */
export type NewCustomer = Pick<Customer, 'id' | 'externalId' | 'email' | 'name' | 'createdAt'>;

export function customerOf(row: CustomerRow): RecordedCustomer {
  return {
    id: row.id,
    externalId: row.external_id,
    email: row.email,
    name: row.name,
    stripeCustomerId: row.stripe_customer_id,
    createdAt: row.created_at,
    erasingAt: row.erasing_at,
    erasedAt: row.erased_at,
  };
}

export function customerRowOf(customer: RecordedCustomer): Omit<CustomerRow, 'external_id_hash'> {
  return {
    id: customer.id,
    external_id: customer.externalId,
    email: customer.email,
    name: customer.name,
    stripe_customer_id: customer.stripeCustomerId,
    created_at: customer.createdAt,
    erasing_at: customer.erasingAt,
    erased_at: customer.erasedAt,
  };
}

/** A customer; one who is known stays as they are. */
export function customerRecord(customer: NewCustomer): StoreRecord {
  return { kind: 'customer', row: newRowOf(customer) };
}

/** A customer who must be new: otherwise the whole movement fails with a unique violation, and its grant with it. */
export function newcomerRecord(customer: NewCustomer): StoreRecord {
  return { kind: 'newcomer', row: newRowOf(customer) };
}

function newRowOf({ id, externalId, email, name, createdAt }: NewCustomer): StoreRecord['row'] {
  const nothingYet = { stripeCustomerId: null, erasingAt: null, erasedAt: null };
  return { ...customerRowOf({ id, externalId, email, name, createdAt, ...nothingYet }) };
}

/** The customer of an id; undefined when there is none, or none any more. */
export async function findCustomer(db: Knex, id: string): Promise<Customer | undefined> {
  return presentOf(await db<CustomerRow>('app.customers').where({ id }).first());
}

/** The customer of an id. Throws `not_found`, for an erased one too. */
export async function getCustomer(db: Knex, id: string): Promise<Customer> {
  const customer = await findCustomer(db, id);
  if (customer === undefined) throw new DomainError('not_found', `No customer ${id}.`);
  return customer;
}

/** The customer of an id, for whom something new may begin. Throws `not_found`, and `state_conflict` while they are erased. */
export async function getOpenCustomer(db: Knex, id: string): Promise<Customer> {
  const customer = await getCustomer(db, id);
  assertOpen(customer);
  return customer;
}

/** Throws `state_conflict` when the customer is being erased. */
export function assertOpen({ erasingAt }: Pick<Customer, 'erasingAt'>): void {
  if (erasingAt !== null) throw beingErased();
}

export function beingErased(): DomainError {
  return new DomainError('state_conflict', 'The customer is being erased, so nothing new can begin.');
}

/** Whether the database has refused something new for who is erased or being erased: it came in the very moment. */
export function isErasureViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.constraint === 'customer_erased';
}

/** The customer whom the integrating product knows by this id of its own; undefined when there is none, or none any more. */
export async function findCustomerByExternalId(db: Knex, externalId: string): Promise<Customer | undefined> {
  return presentOf(await db<CustomerRow>('app.customers').where({ external_id: externalId }).first());
}

/** How many customers with this keyed hash of their external id were erased. */
export async function countErased(db: Knex, externalIdHash: string): Promise<number> {
  const rows = await db<CustomerRow>('app.customers')
    .where({ external_id_hash: externalIdHash })
    .select('id');
  return rows.length;
}

/** The row of a customer, erased or not. Throws `not_found` for an id that was never one. */
export async function getRecordedCustomer(db: Knex, id: string): Promise<RecordedCustomer> {
  return recordedOf(await db<CustomerRow>('app.customers').where({ id }).first(), id);
}

/** The same, locked to the end of the transaction: whoever begins something for them waits. */
export async function lockCustomer(trx: Knex.Transaction, id: string): Promise<RecordedCustomer> {
  return recordedOf(await trx<CustomerRow>('app.customers').where({ id }).forUpdate().first(), id);
}

/**
 * The customer of ours, erased or not, that a customer at Stripe is bound to, or was before it was replaced; undefined when
 * there is none.
 */
export async function findCustomerOfStripe(
  db: Knex,
  stripeCustomerId: string,
): Promise<Pick<Customer, 'id'> | undefined> {
  const row = await db<{ stripe_customer_id: string; customer_id: string }>('app.stripe_bindings')
    .where({ stripe_customer_id: stripeCustomerId })
    .first('customer_id');
  return row === undefined ? undefined : { id: row.customer_id };
}

/** The customers whose erasing has begun before an instant and has not ended, by id. */
export async function listErasing(db: Knex, before: Instant): Promise<readonly string[]> {
  return db<CustomerRow>('app.customers')
    .whereNull('erased_at')
    .where('erasing_at', '<', before)
    .orderBy('id')
    .pluck('id');
}

/** When the erasing began that has not ended for the longest time; null when none goes on. */
export async function findFirstErasing(db: Knex): Promise<Instant | null> {
  const row = await db<CustomerRow>('app.customers')
    .whereNull('erased_at')
    .whereNotNull('erasing_at')
    .orderBy('erasing_at')
    .first('erasing_at');
  return row?.erasing_at ?? null;
}

/** Notes that a customer is being erased; the first instant stays. */
export async function markErasing(trx: Knex.Transaction, id: string, at: Instant): Promise<void> {
  await trx('app.customers').where({ id }).whereNull('erasing_at').update({ erasing_at: at });
}

/** Erases who the customer is and keeps the row, whose id the ledger names, with the keyed hash of the external id. */
export async function eraseCustomer(
  trx: Knex.Transaction,
  id: string,
  { externalIdHash, at }: { readonly externalIdHash: string; readonly at: Instant },
): Promise<void> {
  const nobody = { email: null, name: null, external_id: null };
  await trx('app.customers')
    .where({ id })
    .update({ ...nobody, external_id_hash: externalIdHash, erased_at: at });
}

/**
 * Binds a customer to its customer at Stripe, once: the first binding wins and is the answer, so that two callers who
 * both created one end with the same. Null when the customer is being erased and had none: then it is not bound.
 */
export async function bindStripeCustomer(
  db: Knex,
  id: string,
  stripeCustomerId: string,
): Promise<string | null> {
  await db('app.customers')
    .where({ id })
    .whereNull('stripe_customer_id')
    .whereNull('erasing_at')
    .update({ stripe_customer_id: stripeCustomerId });
  const customer = await getRecordedCustomer(db, id);
  if (customer.stripeCustomerId === null && customer.erasingAt === null)
    throw new Error(`customer ${id} could not be bound`);
  return customer.stripeCustomerId;
}

/**
 * Binds a customer anew, to the one that replaces a customer at Stripe which is gone; the binding of before is remembered for
 * the money of before. Of two callers at once the first one wins, and its binding is the answer. Null when the customer is
 * being erased: then the binding stays as it was.
 */
export async function replaceStripeCustomer(
  db: Knex,
  id: string,
  { gone, created }: { readonly gone: string; readonly created: string },
): Promise<string | null> {
  await db('app.customers')
    .where({ id, stripe_customer_id: gone })
    .whereNull('erasing_at')
    .update({ stripe_customer_id: created });
  const { stripeCustomerId } = await getRecordedCustomer(db, id);
  return stripeCustomerId === gone ? null : stripeCustomerId;
}

function presentOf(row: CustomerRow | undefined): Customer | undefined {
  if (row === undefined || row.external_id === null) return undefined;
  const { erasedAt, ...customer } = customerOf(row);
  return erasedAt === null ? { ...customer, externalId: row.external_id } : undefined;
}

function recordedOf(row: CustomerRow | undefined, id: string): RecordedCustomer {
  if (row === undefined) throw new DomainError('not_found', `No customer ${id}.`);
  return customerOf(row);
}
