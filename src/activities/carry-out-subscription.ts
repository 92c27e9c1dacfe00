import type { Instant } from '../domain/instants';
import { eraOf, paidCycles, type PaidInterval } from '../domain/paid-cycles';
import type { GrantEffect, SubscriptionState } from '../domain/subscription';
import { fingerprintOf } from '../platform/fingerprint';
import { deriveId } from '../platform/ids';
import {
  paymentRecord,
  processedEventRecord,
  subscriptionRecord,
  writeRecords,
  type StoreRecord,
} from '../store/records';
import type { ActivityDeps } from './deps';
import { subscriptionRowOf } from './subscription-row';

export interface CarryOutSubscription {
  /** As it is after all of it. */
  readonly state: SubscriptionState;
  readonly grants: readonly GrantEffect[];
  readonly payments: readonly { readonly payment: PaidInterval; readonly paymentIntentId: string | null }[];
  /** The events of the inbox that are done with this. */
  readonly eventIds: readonly string[];
  readonly at: Instant;
}

/**
 * Gives the credits that have come due, each under its cycle's key. The payments are written in the transaction of the
 * first grant and the subscription with the last, so that no credits stand without their money and no subscription is
 * active without its credits. Without grants all is written in one transaction. Safe to repeat.
 */
export async function carryOutSubscription(deps: ActivityDeps, work: CarryOutSubscription): Promise<void> {
  const before = work.payments.map((paid) => paymentRecordOf(work.state, paid));
  const after = [
    subscriptionRecord(subscriptionRowOf(work.state)),
    ...work.eventIds.map((eventId) => processedEventRecord(eventId, work.at)),
  ];
  if (work.grants.length === 0) return writeRecords(deps.db, [...before, ...after]);
  for (const [index, effect] of work.grants.entries()) {
    const records = [...(index === 0 ? before : []), ...(index === work.grants.length - 1 ? after : [])];
    await grant(deps, work.state, effect, records);
  }
}

async function grant(
  deps: ActivityDeps,
  state: SubscriptionState,
  effect: GrantEffect,
  records: readonly StoreRecord[],
): Promise<void> {
  const { key, credits, cost, paymentId, effectiveAt, period, plan } = effect;
  const result = await deps.ledger.submit({
    op: 'grant',
    key,
    fingerprint: fingerprintOf({ key, credits }),
    walletId: state.customerId,
    grantId: deriveId('grt', key),
    source: 'plan',
    credits,
    cost: cost.amountMinor === 0 ? null : cost,
    expiresAt: null,
    effectiveAt,
    paymentId,
    subscriptionId: state.subscriptionId,
    reason: `${plan} from ${period.start.slice(0, 10)} to ${period.end.slice(0, 10)}`,
    records,
  });
  if (result.outcome !== 'applied') throw new Error(`${key} cannot be granted: ${result.outcome}`);
  // A repeated command writes no records; these may be newer than those of the first time.
  if (result.replayed) await writeRecords(deps.db, records);
}

function paymentRecordOf(
  state: SubscriptionState,
  { payment, paymentIntentId }: CarryOutSubscription['payments'][number],
): StoreRecord {
  const era = eraOf(payment, state.eras) ?? { number: 0, anchorAt: payment.start, granted: [] };
  return paymentRecord({
    id: payment.paymentId,
    customer_id: state.customerId,
    subscription_id: state.subscriptionId,
    order_id: null,
    plan: payment.plan,
    period_start: payment.start,
    period_end: payment.end,
    credits: payment.creditsPerCycle * paidCycles(payment, era).length,
    amount_minor: payment.paid.amountMinor,
    currency: payment.paid.currency,
    stripe_payment_intent_id: paymentIntentId,
    paid_at: payment.paidAt,
  });
}
