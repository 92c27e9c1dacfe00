import type { Knex } from 'knex';
import type { Blocker } from '../domain/erasures/erasure';
import type { Instant } from '../domain/instants';
import type { AddOnOrderRow } from './add-on-orders';
import { findAutoTopUp } from './auto-top-ups';
import type { SpendRow } from './spends';
import type { SubscriptionRow } from './subscriptions';

/**
 * What of a customer's is paid for, set up or at work, but for external holds, which the ledger knows; at most `limit` of each
 * kind. Inside the transaction that has locked the customer nothing is added to it.
 */
export async function listBlockers(db: Knex, customerId: string, limit: number): Promise<readonly Blocker[]> {
  return [
    ...(await listSubscriptions(db, customerId, limit)),
    ...(await listPaidCycles(db, customerId, limit)),
    ...(await listSetTopUp(db, customerId)),
    ...(await listSpendsAtWork(db, customerId, limit)),
    ...(await listPendingOrders(db, customerId, limit)),
  ];
}

async function listSubscriptions(db: Knex, customerId: string, limit: number): Promise<Blocker[]> {
  const rows = await db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId })
    .whereNot({ status: 'canceled' })
    .orderBy('id')
    .limit(limit)
    .select('id', 'status', 'plan');
  return rows.map((row) => ({ kind: 'subscription', ...row }));
}

async function listPaidCycles(db: Knex, customerId: string, limit: number): Promise<Blocker[]> {
  const rows = await db<SubscriptionRow & { next_grant_at: Instant }>('app.subscriptions')
    .where({ customer_id: customerId, status: 'canceled' })
    .whereNotNull('next_grant_at')
    .orderBy('id')
    .limit(limit)
    .select('id', 'next_grant_at');
  return rows.map(({ id, next_grant_at: nextGrantAt }) => ({ kind: 'paid_cycles', id, nextGrantAt }));
}

async function listSetTopUp(db: Knex, customerId: string): Promise<Blocker[]> {
  const state = await findAutoTopUp(db, customerId);
  return state === undefined || state.setting === null ? [] : [{ kind: 'auto_top_up', id: customerId }];
}

async function listSpendsAtWork(db: Knex, customerId: string, limit: number): Promise<Blocker[]> {
  const rows = await db<SpendRow>('app.spends')
    .where({ customer_id: customerId })
    .whereIn('status', ['reserved', 'running'])
    .orderBy('id')
    .limit(limit)
    .select('id', 'status', 'action');
  return rows.map((row) => ({ kind: 'spend', ...row }));
}

async function listPendingOrders(db: Knex, customerId: string, limit: number): Promise<Blocker[]> {
  const rows = await db<AddOnOrderRow>('app.add_on_orders')
    .where({ customer_id: customerId, status: 'pending' })
    .orderBy('id')
    .limit(limit)
    .select('id', 'status');
  return rows.map((row) => ({ kind: 'add_on', ...row }));
}
