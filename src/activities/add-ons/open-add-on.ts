import { moneyIn } from '../../domain/catalog/money';
import type { Instant } from '../../domain/instants';
import { checkoutOperationId } from '../../domain/keys';
import { refusalOf, refused } from '../../domain/refusal';
import { addOnOrderRecord } from '../../store/add-on-orders';
import { getPriceId } from '../../store/catalog-prices';
import { getCatalog } from '../../store/catalogs';
import { getOpenCustomer } from '../../store/customers';
import { ensureStripeCustomer } from '../../store/stripe-customers';
import { writeRecords } from '../../store/write-records';
import type { OpenAddOn } from '../../workflows/add-ons/messages';
import type { OpenAnswer } from '../../workflows/messages';
import type { ActivityDeps } from '../deps';

/** An order as its workflow knows it: what to look at, and until when it can be paid. */
export interface OpenOrder {
  readonly orderId: string;
  readonly customerId: string;
  /** Null for an order that was charged without a checkout. */
  readonly sessionId: string | null;
  /** Null for an order taken up again: its checkout is long over. */
  readonly expiresAt: Instant | null;
}

/** Opens the checkout of an order of packs and records the order as `pending`. Idempotent by the order's id. */
export async function openAddOn(
  deps: ActivityDeps,
  { opening, at }: { opening: OpenAddOn; at: Instant },
): Promise<{ readonly answer: OpenAnswer; readonly order: OpenOrder | null }> {
  try {
    await getOpenCustomer(deps.db, opening.customerId);
    return { answer: { outcome: 'opened' }, order: await openAtStripe(deps, opening, at) };
  } catch (error) {
    return { answer: refused(refusalOf(error)), order: null };
  }
}

async function openAtStripe(deps: ActivityDeps, opening: OpenAddOn, at: Instant): Promise<OpenOrder> {
  const { orderId, customerId, pack, quantity, catalogVersion } = opening;
  const { packs } = await getCatalog(deps.db, catalogVersion);
  const sold = packs.get(pack);
  if (sold === undefined) throw new Error(`catalog ${catalogVersion} sells no ${pack}`);
  const currency = opening.currency ?? moneyIn(sold.prices)?.currency ?? null;
  const { sessionId, url, expiresAt } = await deps.payments.createAddOnCheckout({
    operationId: checkoutOperationId(orderId),
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    orderId,
    priceId: await getPriceId(deps.db, catalogVersion, { pack, currency }),
    quantity,
    successUrl: opening.successUrl ?? `${deps.publicUrl}/account?paid=${orderId}`,
    cancelUrl: opening.cancelUrl ?? `${deps.publicUrl}/account`,
  });
  const order = addOnOrderRecord({
    id: orderId,
    customerId,
    status: 'pending',
    pack,
    quantity,
    credits: sold.credits * quantity,
    currency,
    catalogVersion,
    checkoutUrl: url,
    stripeSessionId: sessionId,
    createdAt: at,
    updatedAt: at,
  });
  await writeRecords(deps.db, [order]);
  return { orderId, customerId, sessionId, expiresAt };
}
