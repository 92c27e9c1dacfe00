import type { Money } from '../../domain/catalog/catalog';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { addOnKey } from '../../domain/keys';
import { fingerprintOf } from '../../platform/fingerprint';
import { deriveId } from '../../platform/ids';
import { addOnOrderRecord, type AddOnOrder } from '../../store/add-on-orders';
import { getCatalog } from '../../store/catalogs';
import { paymentRecord } from '../../store/payments';
import { writeRecords } from '../../store/write-records';
import type { ActivityDeps } from '../deps';

/** The money of an order, as it was found at Stripe. */
export interface OrderPayment {
  readonly paymentId: string;
  readonly paid: Money;
  readonly paymentIntentId: string | null;
  readonly at: Instant;
}

/**
 * Gives the credits of a paid order under `add_on:{order}`, with the payment and the order in the same transaction. Credits
 * come from the order, never from an amount of money. Safe to repeat.
 */
export async function grantAddOn(
  deps: ActivityDeps,
  order: AddOnOrder,
  { paymentId, paid, paymentIntentId, at }: OrderPayment,
): Promise<void> {
  const key = addOnKey(order.id);
  const { packs } = await getCatalog(deps.db, order.catalogVersion);
  const name = packs.get(order.pack)?.name ?? order.pack;
  const payment = paymentRecord({
    id: paymentId,
    customerId: order.customerId,
    subscriptionId: null,
    orderId: order.id,
    plan: null,
    period: null,
    credits: order.credits,
    paid,
    stripePaymentIntentId: paymentIntentId,
    paidAt: at,
  });
  const records = [addOnOrderRecord({ ...order, status: 'paid', updatedAt: at }), payment];
  const result = await deps.ledger.submit({
    op: 'grant',
    key,
    fingerprint: fingerprintOf({ key, credits: order.credits }),
    walletId: order.customerId,
    grantId: deriveId('grt', key),
    source: 'add_on',
    credits: credits(order.credits),
    cost: paid.amountMinor === 0 ? null : paid,
    expiresAt: null,
    effectiveAt: at,
    paymentId,
    orderId: order.id,
    reason: `${order.quantity} × ${name}`,
    records,
  });
  if (result.outcome !== 'applied') throw new Error(`${key} cannot be granted: ${result.outcome}`);
  if (result.replayed) await writeRecords(deps.db, records);
}
