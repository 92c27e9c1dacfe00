import type { Instant } from '../../domain/instants';
import type { CheckoutSessionFact } from '../../payments/payments';
import { addOnOrderRecord, getAddOnOrder, type AddOnOrder } from '../../store/add-on-orders';
import { writeRecords } from '../../store/write-records';
import type { ActivityDeps } from '../deps';
import { isBoundTo } from '../payments/stripe-customer';
import { grantAddOn } from './grant-add-on';

export interface SettleAddOn {
  readonly orderId: string;
  /** Null for an order that was charged without a checkout. */
  readonly sessionId: string | null;
  /** The payment that such an order may have been paid by; null: there is nothing to look at. */
  readonly paymentIntentId: string | null;
  /** True once the checkout can no longer be paid, so that an unpaid order is given up. */
  readonly isOver: boolean;
  readonly at: Instant;
}

/**
 * Looks at the order's checkout at Stripe and does what follows: paid means its credits, whatever came before; over means
 * `canceled`; else nothing yet. Safe to repeat; answers the status of the order.
 */
export async function settleAddOn(
  deps: ActivityDeps,
  { orderId, sessionId, paymentIntentId, isOver, at }: SettleAddOn,
): Promise<AddOnOrder['status']> {
  const order = await getAddOnOrder(deps.db, orderId);
  if (order.status === 'paid') return order.status;
  if (sessionId === null) return settleByPayment(deps, order, { paymentIntentId, at });
  const session = await deps.payments.getCheckoutSession(sessionId);
  if (session.orderId !== order.id || !(await isBoundTo(deps, order.customerId, session)))
    return order.status;
  if (session.status === 'complete' && session.paymentStatus !== 'unpaid') {
    const { amountTotal: paid, paymentIntentId: intent } = session;
    await grantAddOn(deps, order, { paymentId: session.sessionId, paid, paymentIntentId: intent, at });
    return 'paid';
  }
  if (session.status !== 'expired' && !isOver) return order.status;
  if (session.status === 'complete' && (await isUnderWay(deps, session))) return order.status;
  await writeRecords(deps.db, [addOnOrderRecord({ ...order, status: 'canceled', updatedAt: at })]);
  return 'canceled';
}

/** A bank debit takes days after its checkout is complete: its event tells when it has ended. */
async function isUnderWay(
  { payments }: ActivityDeps,
  { paymentIntentId }: CheckoutSessionFact,
): Promise<boolean> {
  return paymentIntentId !== null && (await payments.getPayment(paymentIntentId)).status === 'processing';
}

async function settleByPayment(
  deps: ActivityDeps,
  order: AddOnOrder,
  { paymentIntentId, at }: Pick<SettleAddOn, 'paymentIntentId' | 'at'>,
): Promise<AddOnOrder['status']> {
  if (paymentIntentId === null) return order.status;
  const { status, orderId, amount: paid, stripeCustomerId } = await deps.payments.getPayment(paymentIntentId);
  if (status !== 'succeeded' || orderId !== order.id || stripeCustomerId === null) return order.status;
  if (!(await isBoundTo(deps, order.customerId, { stripeCustomerId }))) return order.status;
  await grantAddOn(deps, order, { paymentId: paymentIntentId, paid, paymentIntentId, at });
  return 'paid';
}
