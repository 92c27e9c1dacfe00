import { priceToPay } from '../../domain/catalog/buy-pack';
import type { Money } from '../../domain/catalog/catalog';
import { moneyIn } from '../../domain/catalog/money';
import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import type { StopReason } from '../../domain/top-ups/auto-top-up';
import type { PaymentFact } from '../../payments/payments';
import { deriveId } from '../../platform/ids';
import { addOnOrderRecord, findAddOnOrder, getAddOnOrder, type AddOnOrder } from '../../store/add-on-orders';
import { getCatalog } from '../../store/catalogs';
import { getCustomerPlan } from '../../store/customer-plan';
import { getRecordedCustomer } from '../../store/customers';
import { ensureStripeCustomer } from '../../store/stripe-customers';
import { writeRecords } from '../../store/write-records';
import { grantAddOn } from '../add-ons/grant-add-on';
import type { ActivityDeps } from '../deps';
import type { Purchase } from './step-top-up';

/** An order and the card that is going to be charged for it: decided once, and then the same at every repeat. */
export interface OpenedTopUp {
  readonly orderId: string;
  readonly paymentMethodId: string | null;
  /** Why there is nothing to charge: then there is no order either. */
  readonly stop?: StopReason;
}

export type TopUpOutcome =
  { readonly outcome: 'bought' } | { readonly outcome: 'failed'; readonly reason: StopReason };

/**
 * Records the order of a purchase as `pending`, in the currency of the customer's subscription if the pack is sold in it, and finds a
 * card to charge. A pack that was sold when it was chosen, and that the catalog of the customer no longer has, or not as many of, is not
 * ordered, and nothing is for who is being erased. Idempotent by customer and number.
 */
export async function openTopUp(
  deps: ActivityDeps,
  { customerId, purchase, at }: { customerId: string; purchase: Purchase; at: Instant },
): Promise<OpenedTopUp> {
  const orderId = deriveId('ord', customerId, 'auto', purchase.number);
  const isOrdered = (await findAddOnOrder(deps.db, orderId)) !== undefined;
  if ((await getRecordedCustomer(deps.db, customerId)).erasingAt !== null) {
    return { orderId, paymentMethodId: null, ...(isOrdered ? {} : { stop: 'no_payment_method' }) };
  }
  if (!isOrdered) {
    const { catalog, subscription } = await getCustomerPlan(deps.db, customerId, at);
    const pack = catalog.packs.get(purchase.pack);
    if (pack === undefined || purchase.quantity > pack.quantityMax)
      return { orderId, paymentMethodId: null, stop: 'pack_not_sold' };
    const usual = subscription?.currency ?? null;
    const order: AddOnOrder = {
      id: orderId,
      customerId,
      status: 'pending',
      pack: pack.id,
      quantity: purchase.quantity,
      credits: pack.credits * purchase.quantity,
      currency: priceToPay(pack.prices, { asked: undefined, usual }).currency,
      catalogVersion: catalog.version,
      checkoutUrl: null,
      stripeSessionId: null,
      createdAt: at,
      updatedAt: at,
    };
    await writeRecords(deps.db, [addOnOrderRecord(order)]);
  }
  const stripeCustomerId = await ensureStripeCustomer(deps, customerId);
  return { orderId, paymentMethodId: await deps.payments.findSavedPaymentMethod(stripeCustomerId) };
}

/**
 * Charges the card for the order and gives its credits, or gives the order up and says why it could not be paid. Under the
 * order's own key at Stripe and in the ledger: a repeat charges nothing twice. Throws while the payment is under way.
 */
export async function chargeTopUp(
  deps: ActivityDeps,
  { orderId, paymentMethodId, stop, at }: OpenedTopUp & { at: Instant },
): Promise<TopUpOutcome> {
  if (stop !== undefined) return { outcome: 'failed', reason: stop };
  const order = await getAddOnOrder(deps.db, orderId);
  if (order.status === 'paid') return { outcome: 'bought' };
  const { amount, name } = await amountOf(deps, order);
  try {
    if (paymentMethodId === null) throw new DomainError('payment_failed', 'There is no card on file.');
    const payment = await deps.payments.chargeOffSession({
      operationId: `auto:${orderId}`,
      customerId: order.customerId,
      stripeCustomerId: await ensureStripeCustomer(deps, order.customerId),
      orderId,
      paymentMethodId,
      amount,
      description: `${order.quantity} × ${name}`,
    });
    return await settle(deps, order, payment, at);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'payment_failed') throw error;
    await writeRecords(deps.db, [addOnOrderRecord({ ...order, status: 'canceled', updatedAt: at })]);
    return { outcome: 'failed', reason: paymentMethodId === null ? 'no_payment_method' : reasonOf(error) };
  }
}

async function settle(
  deps: ActivityDeps,
  order: AddOnOrder,
  { paymentIntentId }: PaymentFact,
  at: Instant,
): Promise<TopUpOutcome> {
  // The answer of a repeated charge is the first one's: what has become of it since is read again.
  const { status, amount, failure } = await deps.payments.getPayment(paymentIntentId);
  if (status === 'processing') throw new DomainError('unavailable', 'The payment is still processing.');
  if (status !== 'succeeded') {
    throw new DomainError('payment_failed', 'The payment has failed.', { reason: failure });
  }
  await grantAddOn(deps, order, { paymentId: paymentIntentId, paid: amount, paymentIntentId, at });
  return { outcome: 'bought' };
}

function reasonOf({ details }: DomainError): StopReason {
  const reason = details['reason'];
  if (reason === 'authentication_required') return 'authentication_required';
  return reason === 'payment_method_missing' ? 'no_payment_method' : 'declined';
}

async function amountOf(deps: ActivityDeps, order: AddOnOrder): Promise<{ amount: Money; name: string }> {
  const { packs } = await getCatalog(deps.db, order.catalogVersion);
  const pack = packs.get(order.pack);
  const price = moneyIn(pack?.prices ?? {}, order.currency ?? undefined);
  if (pack === undefined || price === null)
    throw new Error(`catalog ${order.catalogVersion} sells no ${order.pack}`);
  return { amount: { ...price, amountMinor: price.amountMinor * order.quantity }, name: pack.name };
}
