import { isBoundTo } from '../../activities/payments/stripe-customer';
import {
  isOwnInvoice,
  isTakenInElsewhere,
  paidIntervalOf,
  readInvoice,
} from '../../activities/subscriptions/invoice-steps';
import { subscriptionWorkflowId } from '../../domain/keys';
import { readerOf, type SubscriptionState } from '../../domain/subscriptions/subscription';
import type { CheckoutSessionFact, InvoiceFact, PaymentFact } from '../../payments/payments';
import { findAddOnOrder } from '../../store/add-on-orders';
import { hasPayment } from '../../store/payments';
import { findSubscriptionOfStripe, findSubscriptionState } from '../../store/subscriptions';
import { tellWorkflow, type Inquirer } from './inquirer';
import { compareUnclaimed } from './unclaimed-money';
import { whoseIs } from './whose-money';

/** The subscription of ours that an invoice bills: by its subscription at Stripe, else by what its metadata says. */
export async function findOwnerOfInvoice(
  { db }: Pick<Inquirer['deps'], 'db'>,
  invoice: InvoiceFact,
): Promise<SubscriptionState | undefined> {
  const { stripeSubscriptionId, subscriptionId } = invoice;
  const bound =
    stripeSubscriptionId === null ? undefined : await findSubscriptionOfStripe(db, stripeSubscriptionId);
  const id = bound?.id ?? subscriptionId;
  const state = id === null ? undefined : await findSubscriptionState(db, id);
  return state !== undefined && (await isOwnInvoice({ db }, state, invoice)) ? state : undefined;
}

/** A paid invoice: its plan is granted, or its subscription is told; for all else on it somebody is called. */
export async function compareInvoice(inquirer: Inquirer, invoice: InvoiceFact): Promise<void> {
  const { deps, at } = inquirer;
  const { invoiceId, amountPaid, lines, stripeCustomerId, paymentIntentId, isSettledByHand } = invoice;
  const owner = await findOwnerOfInvoice(deps, invoice);
  // Its own workflow gives that money back, under an alarm of its own.
  if (owner?.duplicate !== undefined) return;
  const isPast =
    invoice.line !== null &&
    owner !== undefined &&
    isTakenInElsewhere(readerOf(owner, at), invoice.line.start);
  if (isPast) return;
  const isGranted = await hasPayment(deps.db, invoiceId);
  if (owner !== undefined && !isGranted) {
    const { step } = await readInvoice(deps, readerOf(owner, at), invoice);
    if (step?.type === 'paid') {
      await tellOfInvoice(inquirer, owner, invoiceId);
      return;
    }
  }
  const plan =
    isGranted && owner !== undefined ? await paidIntervalOf(deps, readerOf(owner, at), invoice) : null;
  const granted = isGranted ? (plan?.paid.amountMinor ?? amountPaid.amountMinor) : 0;
  const ungranted = invoice.isRecordedPayment ? 0 : Math.max(0, amountPaid.amountMinor - granted);
  await compareUnclaimed(inquirer, {
    kind: 'invoice',
    id: invoiceId,
    whose: await whoseIs(deps, { stripeCustomerId, priceIds: lines.map(({ priceId }) => priceId) }),
    ungranted: { ...amountPaid, amountMinor: ungranted },
    paymentIntentId,
    isSettledByHand,
    workflowId: owner === undefined ? null : subscriptionWorkflowId(owner.subscriptionId),
  });
}

async function tellOfInvoice(
  inquirer: Inquirer,
  { subscriptionId, customerId }: SubscriptionState,
  invoiceId: string,
): Promise<void> {
  const fact = { objectType: 'invoice', objectId: invoiceId } as const;
  await tellWorkflow(
    inquirer,
    { kind: 'invoice', id: invoiceId, customerId },
    {
      destination: { to: 'subscription', subscriptionId, fact },
      problem: `was paid for ${subscriptionId} and is not recorded`,
    },
  );
}

/** A checkout that was paid once; a subscription's is paid by its first invoice. */
export async function compareSession(inquirer: Inquirer, session: CheckoutSessionFact): Promise<void> {
  const { sessionId: id, orderId, mode, status, paymentStatus, amountTotal } = session;
  if (mode !== 'payment' || status !== 'complete' || paymentStatus === 'unpaid') return;
  const { stripeCustomerId, priceIds, paymentIntentId, isSettledByHand } = session;
  if (await isServed(inquirer, { kind: 'checkout_session', id, orderId, stripeCustomerId })) return;
  const whose = await whoseIs(inquirer.deps, { stripeCustomerId, priceIds });
  const money = { kind: 'checkout_session', id, whose, ungranted: amountTotal } as const;
  await compareUnclaimed(inquirer, { ...money, paymentIntentId, isSettledByHand, workflowId: null });
}

/** A payment that no invoice and no checkout asked for; what one did is that one's to tell. */
export async function comparePayment(inquirer: Inquirer, payment: PaymentFact): Promise<void> {
  const { paymentIntentId: id, orderId, stripeCustomerId, amount, isSettledByHand, status } = payment;
  if (status !== 'succeeded') return;
  const order = orderId === null ? undefined : await findAddOnOrder(inquirer.deps.db, orderId);
  if (order !== undefined && order.stripeSessionId !== null) return;
  if (await isServed(inquirer, { kind: 'payment', id, orderId, stripeCustomerId })) return;
  const whose = await whoseIs(inquirer.deps, { stripeCustomerId, priceIds: [] });
  if (!whose.isOurs) return;
  const invoice = await inquirer.deps.payments.findInvoiceOfPayment(id);
  if (invoice !== null) {
    if (invoice.status === 'paid') await compareInvoice(inquirer, invoice);
    return;
  }
  await compareUnclaimed(inquirer, {
    kind: 'payment',
    id,
    whose,
    ungranted: amount,
    paymentIntentId: id,
    isSettledByHand,
    workflowId: null,
  });
}

/** Whether an order of ours has the money, or is told of it now. */
async function isServed(
  inquirer: Inquirer,
  paid: {
    readonly kind: 'checkout_session' | 'payment';
    readonly id: string;
    readonly orderId: string | null;
    readonly stripeCustomerId: string | null;
  },
): Promise<boolean> {
  const { kind, id, orderId, stripeCustomerId } = paid;
  const { deps } = inquirer;
  const order = orderId === null ? undefined : await findAddOnOrder(deps.db, orderId);
  if (order === undefined || !(await isBoundTo(deps, order.customerId, { stripeCustomerId }))) return false;
  if (order.status === 'paid') return hasPayment(deps.db, id);
  const fact = { objectType: kind, objectId: id };
  await tellWorkflow(
    inquirer,
    { kind, id, customerId: order.customerId },
    {
      destination: { to: 'add_on', orderId: order.id, fact },
      problem: `was paid for ${order.id}, which is ${order.status}`,
    },
  );
  return true;
}
