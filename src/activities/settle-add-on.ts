import { credits } from '../domain/credits';
import type { Instant } from '../domain/instants';
import type { CheckoutSessionFact } from '../payments/payments';
import { fingerprintOf } from '../platform/fingerprint';
import { deriveId } from '../platform/ids';
import { getAddOnOrder, type AddOnOrder, type AddOnOrderRow } from '../store/add-on-orders';
import {
  addOnOrderRecord,
  paymentRecord,
  processedEventRecord,
  writeRecords,
  type StoreRecord,
} from '../store/records';
import type { ActivityDeps } from './deps';
import { isBoundTo } from './stripe-customer';

export interface SettleAddOn {
  readonly orderId: string;
  readonly sessionId: string;
  /** The events of the inbox that are done with this. */
  readonly eventIds: readonly string[];
  /** True once the checkout can no longer be paid, so that an unpaid order is given up. */
  readonly isOver: boolean;
  readonly at: Instant;
}

/**
 * Looks at the order's checkout at Stripe and does what follows: paid means its credits, under `add_on:{order}`, with the
 * payment and the order in the same transaction, whatever came before; over means `canceled`; else nothing yet. Credits
 * come from the order, never from an amount of money. Safe to repeat; answers the status of the order.
 */
export async function settleAddOn(deps: ActivityDeps, input: SettleAddOn): Promise<AddOnOrder['status']> {
  const order = await getAddOnOrder(deps.db, input.orderId);
  const events = input.eventIds.map((eventId) => processedEventRecord(eventId, input.at));
  if (order.status === 'paid') {
    await writeRecords(deps.db, events);
    return 'paid';
  }
  const session = await deps.payments.getCheckoutSession(input.sessionId);
  const isOurs = session.orderId === order.id && (await isBoundTo(deps, order.customerId, session));
  if (isOurs && session.paymentStatus === 'paid') {
    await grant(deps, order, { session, at: input.at, events });
    return 'paid';
  }
  const status = isOurs && (session.status === 'expired' || input.isOver) ? 'canceled' : order.status;
  const changed = status === order.status ? [] : [addOnOrderRecord(rowOf(order, status, input.at))];
  await writeRecords(deps.db, [...changed, ...events]);
  return status;
}

async function grant(
  deps: ActivityDeps,
  order: AddOnOrder,
  paid: { session: CheckoutSessionFact; at: Instant; events: readonly StoreRecord[] },
): Promise<void> {
  const { session, at, events } = paid;
  const key = `add_on:${order.id}`;
  const payment = paymentRecord({
    id: session.sessionId,
    customer_id: order.customerId,
    subscription_id: null,
    order_id: order.id,
    plan: null,
    period_start: null,
    period_end: null,
    credits: order.credits,
    amount_minor: session.amountTotal.amountMinor,
    currency: session.amountTotal.currency,
    stripe_payment_intent_id: session.paymentIntentId,
    paid_at: at,
  });
  const records = [addOnOrderRecord(rowOf(order, 'paid', at)), payment, ...events];
  const result = await deps.ledger.submit({
    op: 'grant',
    key,
    fingerprint: fingerprintOf({ key, credits: order.credits }),
    walletId: order.customerId,
    grantId: deriveId('grt', key),
    source: 'add_on',
    credits: credits(order.credits),
    cost: session.amountTotal.amountMinor === 0 ? null : session.amountTotal,
    expiresAt: null,
    effectiveAt: at,
    paymentId: session.sessionId,
    orderId: order.id,
    reason: `${order.quantity} × ${order.pack}`,
    records,
  });
  if (result.outcome !== 'applied') throw new Error(`${key} cannot be granted: ${result.outcome}`);
  // A repeated command writes no records; these may be newer than those of the first time.
  if (result.replayed) await writeRecords(deps.db, records);
}

function rowOf(order: AddOnOrder, status: AddOnOrder['status'], at: Instant): AddOnOrderRow {
  return {
    id: order.id,
    customer_id: order.customerId,
    status,
    pack: order.pack,
    quantity: order.quantity,
    credits: order.credits,
    catalog_version: order.catalogVersion,
    checkout_url: status === 'pending' ? order.checkoutUrl : null,
    stripe_session_id: order.stripeSessionId,
    created_at: order.createdAt,
    updated_at: at,
  };
}
