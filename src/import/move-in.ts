import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import { paymentRecordOf } from '../activities/subscriptions/carry-out-subscription';
import type { Instant } from '../domain/instants';
import { eraOf, ungrantedCycles } from '../domain/subscriptions/paid-cycles';
import type { SubscriptionState } from '../domain/subscriptions/subscription';
import type { Ledger, StoreRecord } from '../ledger/commands';
import type { Payments } from '../payments/payments';
import { deriveId } from '../platform/ids';
import { getPriceId } from '../store/catalog-prices';
import { bindStripeCustomer, customerRecord } from '../store/customers';
import { claimActivation } from '../store/subscription-claims';
import { getSubscription, subscriptionRecord } from '../store/subscriptions';
import { writeRecords } from '../store/write-records';
import { SUBSCRIPTION_WORKFLOW, subscriptionMoveIn } from '../workflows/subscriptions/messages';
import type { Arrival } from './arrival';

export interface MoveInDeps {
  readonly db: Knex;
  readonly ledger: Ledger;
  readonly payments: Pick<Payments, 'adoptSubscription'>;
  readonly temporal: Client;
}

/**
 * Imports a subscriber: customer, opening grant and subscription in one transaction, then the binding to Stripe, then the
 * workflow, which continues from the subscription's record. Every step may be repeated, so the next import finishes one
 * that was interrupted.
 */
export async function moveIn(deps: MoveInDeps, arrival: Arrival, at: Instant): Promise<void> {
  await claim(deps, arrival);
  await record(deps, arrival, at);
  await bindToStripe(deps, arrival);
  if (arrival.subscriber.paid === null) return;
  const { subscriptionId } = arrival;
  const { status, plan, interval, customerId } = await getSubscription(deps.db, subscriptionId);
  if (status === 'canceled') return;
  const { externalId } = arrival.subscriber;
  const start = subscriptionMoveIn({ subscriptionId, plan, interval, customerId }, externalId);
  await deps.temporal.workflow.start(SUBSCRIPTION_WORKFLOW, start);
}

/** Comes before anything is recorded: if two subscriptions of a customer become live at once, one is refused. */
async function claim({ db }: MoveInDeps, arrival: Arrival): Promise<void> {
  const { customerId, subscriptionId, imported, subscription } = arrival;
  if (imported.subscription === null || subscription !== undefined) return;
  const { revision } = imported.subscription;
  const other = await claimActivation(db, { customerId, subscriptionId, revision });
  if (other !== null) throw new Error(`${customerId} already has a subscription, ${other}`);
}

async function record({ db, ledger }: MoveInDeps, arrival: Arrival, at: Instant): Promise<void> {
  const { customerId, imported, fingerprint } = arrival;
  const records = recordsOf(arrival, at);
  if (imported.openingGrant === null) return writeRecords(db, records);
  const { key } = imported.openingGrant;
  const { outcome, replayed } = await ledger.submit({
    ...imported.openingGrant,
    op: 'grant',
    fingerprint,
    walletId: customerId,
    grantId: deriveId('grt', key),
    source: 'migration',
    cost: null,
    expiresAt: null,
    // What its plan grants by the day comes once the customer does something.
    allowances: [],
    records,
  });
  if (outcome !== 'applied') throw new Error(`${key} cannot be granted: ${outcome}`);
  // A repeated command writes no records; what is recorded already stays as it is.
  if (replayed) await writeRecords(db, records);
}

function recordsOf({ subscriber, customerId, imported }: Arrival, at: Instant): readonly StoreRecord[] {
  const personal = { email: null, name: null };
  const { externalId } = subscriber;
  const customer = customerRecord({ id: customerId, externalId, ...personal, createdAt: at });
  const { subscription } = imported;
  if (subscription === null) return [customer];
  return [customer, subscriptionRecord(subscription), ...paidAhead(subscription)];
}

/** The remaining paid time was paid for elsewhere: its grants, if any are to come, refer to this payment of zero. */
function paidAhead(state: SubscriptionState): readonly StoreRecord[] {
  return state.intervals.flatMap((payment) => {
    const era = eraOf(payment, state.eras);
    const [first] = era === undefined ? [] : ungrantedCycles(payment, era);
    if (first === undefined) return [];
    const rest = { ...payment, start: first.period.start };
    return [paymentRecordOf(state, { payment: rest, paymentIntentId: null })];
  });
}

/**
 * Binds the Stripe customer first and then tags its subscription with our id, so that the subscription's events are routed
 * here only once they can be matched. From the next period on it is billed at the catalog's price.
 */
async function bindToStripe({ db, payments }: MoveInDeps, arrival: Arrival): Promise<void> {
  const { customerId, subscriptionId, subscriber, isToBeAdopted } = arrival;
  const { stripeCustomer, paid } = subscriber;
  if (stripeCustomer === null) return;
  const bound = await bindStripeCustomer(db, customerId, stripeCustomer);
  if (bound !== stripeCustomer)
    throw new Error(`${customerId} is bound to ${String(bound)}, not to ${stripeCustomer}`);
  const stripeSubscriptionId = paid?.stripeSubscription ?? null;
  if (stripeSubscriptionId === null || !isToBeAdopted) return;
  const { catalogVersion, plan, interval, currency } = await getSubscription(db, subscriptionId);
  await payments.adoptSubscription({
    operationId: `import:${subscriptionId}`,
    stripeSubscriptionId,
    customerId,
    subscriptionId,
    priceId: await getPriceId(db, catalogVersion, { plan, interval, currency }),
  });
}
