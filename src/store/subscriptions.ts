import type { Knex } from 'knex';
import type { Interval, PlanId } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { currencyOf } from '../domain/subscriptions/currency';
import { readSubscriptionState, viewOf, type SubscriptionState } from '../domain/subscriptions/subscription';
import type { StoreRecord } from '../ledger/commands';

export const SUBSCRIPTION_STATUSES = ['incomplete', 'active', 'past_due', 'paused', 'canceled'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** The readable state of a subscription; its workflow writes it. Column for column what app.subscriptions holds. */
export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly plan: PlanId;
  readonly interval: Interval;
  /** What it is paid in; null in an old one that was never paid: the first currency of its plan's price. */
  readonly currency: string | null;
  readonly collection: 'checkout' | 'invoice';
  readonly status: SubscriptionStatus;
  readonly catalogVersion: string;
  readonly contractId: string | null;
  readonly anchorAt: Instant | null;
  readonly era: number;
  readonly cycle: number | null;
  readonly currentPeriodStart: Instant | null;
  readonly currentPeriodEnd: Instant | null;
  readonly paidThrough: Instant | null;
  readonly nextGrantAt: Instant | null;
  readonly nextGrantCredits: number | null;
  readonly cancelAt: Instant | null;
  readonly pendingPlan: PlanId | null;
  readonly checkoutUrl: string | null;
  readonly stripeSubscriptionId: string | null;
  readonly revision: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface SubscriptionRow {
  id: string;
  customer_id: string;
  plan: PlanId;
  interval: Interval;
  currency: string | null;
  collection: 'checkout' | 'invoice';
  status: SubscriptionStatus;
  catalog_version: string;
  contract_id: string | null;
  anchor_at: Instant | null;
  era: number;
  cycle: number | null;
  current_period_start: Instant | null;
  current_period_end: Instant | null;
  paid_through: Instant | null;
  next_grant_at: Instant | null;
  next_grant_credits: number | null;
  cancel_at: Instant | null;
  pending_plan: PlanId | null;
  checkout_url: string | null;
  stripe_subscription_id: string | null;
  state: SubscriptionState | null;
  revision: number;
  created_at: Instant;
  updated_at: Instant;
}

export function subscriptionOf(row: SubscriptionRow): Subscription {
  return {
    id: row.id,
    customerId: row.customer_id,
    plan: row.plan,
    interval: row.interval,
    currency: row.currency,
    collection: row.collection,
    status: row.status,
    catalogVersion: row.catalog_version,
    contractId: row.contract_id,
    anchorAt: row.anchor_at,
    era: row.era,
    cycle: row.cycle,
    currentPeriodStart: row.current_period_start,
    currentPeriodEnd: row.current_period_end,
    paidThrough: row.paid_through,
    nextGrantAt: row.next_grant_at,
    nextGrantCredits: row.next_grant_credits,
    cancelAt: row.cancel_at,
    pendingPlan: row.pending_plan,
    checkoutUrl: row.checkout_url,
    stripeSubscriptionId: row.stripe_subscription_id,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The row of a subscription: what can be seen of it, and the machine's whole state. */
export function subscriptionRowOf(
  subscription: Subscription,
  state: SubscriptionState | null,
): SubscriptionRow {
  return {
    id: subscription.id,
    customer_id: subscription.customerId,
    plan: subscription.plan,
    interval: subscription.interval,
    currency: subscription.currency,
    collection: subscription.collection,
    status: subscription.status,
    catalog_version: subscription.catalogVersion,
    contract_id: subscription.contractId,
    anchor_at: subscription.anchorAt,
    era: subscription.era,
    cycle: subscription.cycle,
    current_period_start: subscription.currentPeriodStart,
    current_period_end: subscription.currentPeriodEnd,
    paid_through: subscription.paidThrough,
    next_grant_at: subscription.nextGrantAt,
    next_grant_credits: subscription.nextGrantCredits,
    cancel_at: subscription.cancelAt,
    pending_plan: subscription.pendingPlan,
    checkout_url: subscription.checkoutUrl,
    stripe_subscription_id: subscription.stripeSubscriptionId,
    state,
    revision: subscription.revision,
    created_at: subscription.createdAt,
    updated_at: subscription.updatedAt,
  };
}

/** What can be seen of a subscription whose machine is in this state. */
export function subscriptionIn(state: SubscriptionState): Subscription {
  const view = viewOf(state);
  return {
    id: state.subscriptionId,
    customerId: state.customerId,
    plan: view.plan,
    interval: state.interval,
    currency: currencyOf(state),
    collection: state.collection,
    status: view.status,
    catalogVersion: state.catalogVersion,
    contractId: state.contract?.contractId ?? null,
    anchorAt: view.anchorAt,
    era: view.era,
    cycle: view.cycle,
    currentPeriodStart: view.currentPeriod?.start ?? null,
    currentPeriodEnd: view.currentPeriod?.end ?? null,
    paidThrough: view.paidThrough,
    nextGrantAt: view.nextGrant?.at ?? null,
    nextGrantCredits: view.nextGrant?.credits ?? null,
    cancelAt: view.cancelAt,
    pendingPlan: view.pendingPlan,
    checkoutUrl: view.status === 'incomplete' ? (state.checkout?.url ?? null) : null,
    stripeSubscriptionId: state.stripeSubscriptionId,
    revision: state.revision,
    createdAt: state.createdAt,
    updatedAt: state.at,
  };
}

/** The subscription as its machine has it now; an older revision than the table's is dropped. */
export function subscriptionRecord(state: SubscriptionState): StoreRecord {
  return { kind: 'subscription', row: { ...subscriptionRowOf(subscriptionIn(state), state) } };
}

/** The subscription of an id. Throws `not_found`. */
export async function getSubscription(db: Knex, id: string): Promise<Subscription> {
  const subscription = await findSubscription(db, id);
  if (subscription === undefined) throw new DomainError('not_found', `No subscription ${id}.`);
  return subscription;
}

/** Every subscription that the customer ever had. */
export async function listSubscriptionIds(db: Knex, customerId: string): Promise<readonly string[]> {
  return db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId })
    .orderBy('id')
    .pluck('id');
}

/** The subscription of an id; undefined when there is none. */
export async function findSubscription(db: Knex, id: string): Promise<Subscription | undefined> {
  const row = await db<SubscriptionRow>('app.subscriptions').where({ id }).first();
  return row === undefined ? undefined : subscriptionOf(row);
}

/** The subscription of ours that a subscription at Stripe is bound to; undefined when there is none. */
export async function findSubscriptionOfStripe(
  db: Knex,
  stripeSubscriptionId: string,
): Promise<Subscription | undefined> {
  const row = await db<SubscriptionRow>('app.subscriptions')
    .where({ stripe_subscription_id: stripeSubscriptionId })
    .first();
  return row === undefined ? undefined : subscriptionOf(row);
}

/** The machine's state as its workflow last recorded it, whatever release did; undefined for an unknown subscription. */
export async function findSubscriptionState(db: Knex, id: string): Promise<SubscriptionState | undefined> {
  const row = await db<SubscriptionRow>('app.subscriptions').where({ id }).first('state');
  const state = row?.state ?? null;
  return state === null ? undefined : readSubscriptionState(state);
}

/** The subscriptions that have not ended and are bound to one at Stripe. */
export async function listLiveAtStripe(
  db: Knex,
): Promise<
  readonly { readonly id: string; readonly customerId: string; readonly stripeSubscriptionId: string }[]
> {
  const rows = await db<SubscriptionRow>('app.subscriptions')
    .whereIn('status', ['active', 'past_due', 'paused'])
    .whereNotNull('stripe_subscription_id')
    .select('id', 'customer_id', 'stripe_subscription_id');
  return rows.flatMap(({ id, customer_id: customerId, stripe_subscription_id: stripeSubscriptionId }) =>
    stripeSubscriptionId === null ? [] : [{ id, customerId, stripeSubscriptionId }],
  );
}

/**
 * The customer's subscription that grants next, ended ones included: what is left of a canceled year is still granted, month
 * by month. Undefined when no credits are to be expected.
 */
export async function findNextGranting(db: Knex, customerId: string): Promise<Subscription | undefined> {
  const row = await db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId })
    .whereNotNull('next_grant_at')
    .orderBy(['next_grant_at', 'id'])
    .first();
  return row === undefined ? undefined : subscriptionOf(row);
}

/**
 * The customer's subscription that has been paid for and has not ended: the latest one that is active or past due, else a
 * paused one. It decides the plan and the rights.
 */
export async function findLiveSubscription(db: Knex, customerId: string): Promise<Subscription | undefined> {
  const rows = await db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId })
    .whereIn('status', ['active', 'past_due', 'paused'])
    .orderByRaw(`status = 'paused', created_at DESC, id`)
    .limit(1);
  const row = rows[0];
  return row === undefined ? undefined : subscriptionOf(row);
}

/** Whether the customer ever began a trial of a plan that was sold with one. */
export async function hadTrial(db: Knex, customerId: string, plan: PlanId): Promise<boolean> {
  const row = await db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId })
    .whereRaw(`state -> 'trial' ->> 'plan' = ? AND state -> 'trial' ->> 'end' IS NOT NULL`, [plan])
    .first('id');
  return row !== undefined;
}

/** The customer's latest subscription that waits for its first payment; undefined when none does. */
export async function findIncompleteSubscription(
  db: Knex,
  customerId: string,
): Promise<Subscription | undefined> {
  const row = await db<SubscriptionRow>('app.subscriptions')
    .where({ customer_id: customerId, status: 'incomplete' })
    .orderBy([{ column: 'created_at', order: 'desc' }, { column: 'id' }])
    .first();
  return row === undefined ? undefined : subscriptionOf(row);
}
