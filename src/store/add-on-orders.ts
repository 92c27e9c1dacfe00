import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { PaymentWithdrawals } from '../domain/payments/refunds';
import type { StoreRecord } from '../ledger/commands';

/** An order of packs of credits: pending until its payment is known, then paid with its credits in one transaction. */
export interface AddOnOrder {
  readonly id: string;
  readonly customerId: string;
  readonly status: 'pending' | 'paid' | 'canceled';
  readonly pack: string;
  readonly quantity: number;
  readonly credits: number;
  /** What it is paid in; null in an old one that was never paid: the first currency of its pack's price. */
  readonly currency: string | null;
  readonly catalogVersion: string;
  readonly checkoutUrl: string | null;
  readonly stripeSessionId: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface AddOnOrderRow {
  id: string;
  customer_id: string;
  status: 'pending' | 'paid' | 'canceled';
  pack: string;
  quantity: number;
  credits: number;
  currency: string | null;
  catalog_version: string;
  checkout_url: string | null;
  stripe_session_id: string | null;
  created_at: Instant;
  updated_at: Instant;
}

export function addOnOrderOf(row: AddOnOrderRow): AddOnOrder {
  return {
    id: row.id,
    customerId: row.customer_id,
    status: row.status,
    pack: row.pack,
    quantity: row.quantity,
    credits: row.credits,
    currency: row.currency,
    catalogVersion: row.catalog_version,
    checkoutUrl: row.checkout_url,
    stripeSessionId: row.stripe_session_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function addOnOrderRowOf(order: AddOnOrder): AddOnOrderRow {
  return {
    id: order.id,
    customer_id: order.customerId,
    status: order.status,
    pack: order.pack,
    quantity: order.quantity,
    credits: order.credits,
    currency: order.currency,
    catalog_version: order.catalogVersion,
    checkout_url: order.checkoutUrl,
    stripe_session_id: order.stripeSessionId,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
  };
}

/** The order as it is now, whose checkout is no longer told once it is not pending; a paid one in the table stays paid. */
export function addOnOrderRecord(order: AddOnOrder): StoreRecord {
  const checkoutUrl = order.status === 'pending' ? order.checkoutUrl : null;
  return { kind: 'add_on_order', row: { ...addOnOrderRowOf({ ...order, checkoutUrl }) } };
}

/** The order of an id; undefined when there is none. */
export async function findAddOnOrder(db: Knex, id: string): Promise<AddOnOrder | undefined> {
  const row = await db<AddOnOrderRow>('app.add_on_orders').where({ id }).first();
  return row === undefined ? undefined : addOnOrderOf(row);
}

/** The order of an id. Throws `not_found`. */
export async function getAddOnOrder(db: Knex, id: string): Promise<AddOnOrder> {
  const order = await findAddOnOrder(db, id);
  if (order === undefined) throw new DomainError('not_found', `No add-on order ${id}.`);
  return order;
}

/** What was taken back for money of the order that went back; undefined while none did. */
export async function findOrderWithdrawals(db: Knex, id: string): Promise<PaymentWithdrawals | undefined> {
  const rows = db<{ id: string; withdrawals: PaymentWithdrawals | null }>('app.add_on_orders');
  return (await rows.where({ id }).first('withdrawals'))?.withdrawals ?? undefined;
}

/** Keeps what was taken back; the order's workflow is the only writer. */
export async function saveOrderWithdrawals(
  db: Knex,
  id: string,
  withdrawals: PaymentWithdrawals,
): Promise<void> {
  await db('app.add_on_orders')
    .where({ id })
    .update({ withdrawals: JSON.stringify(withdrawals) });
}
