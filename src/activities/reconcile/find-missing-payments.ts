import type { Instant } from '../../domain/instants';
import type { CheckoutSessionFact, InvoiceFact, PaymentFact } from '../../payments/payments';
import { findAddOnOrder } from '../../store/add-on-orders';
import { hasPayment } from '../../store/payments';
import { findSubscriptionState } from '../../store/subscriptions';
import { isOwnInvoice, readInvoice } from '../invoice-steps';
import { isBoundTo } from '../stripe-customer';
import { alarmIfOurs, compareOne, tellWorkflow, type Inquirer } from './inquirer';

/**
 * Everything that was paid at Stripe since an instant, against what is recorded as paid: what is missing is told to the
 * workflow that it concerns.
 */
export async function findMissingPayments(inquirer: Inquirer, since: Instant): Promise<void> {
  const { payments } = inquirer.deps;
  for await (const invoice of payments.listPaidInvoices(since)) {
    const subject = { kind: 'invoice', id: invoice.invoiceId, customerId: null } as const;
    await compareOne(inquirer, subject, () => compareInvoice(inquirer, invoice));
  }
  for await (const session of payments.listCompleteSessions(since)) {
    const subject = { kind: 'checkout_session', id: session.sessionId, customerId: null } as const;
    await compareOne(inquirer, subject, () => compareSession(inquirer, session));
  }
  for await (const payment of payments.listOrderPayments(since)) {
    const subject = { kind: 'payment', id: payment.paymentIntentId, customerId: null } as const;
    await compareOne(inquirer, subject, () => comparePayment(inquirer, payment));
  }
}

async function compareInvoice(inquirer: Inquirer, invoice: InvoiceFact): Promise<void> {
  const { deps, at } = inquirer;
  const { invoiceId, subscriptionId } = invoice;
  if (subscriptionId === null || (await hasPayment(deps.db, invoiceId))) return;
  const state = await findSubscriptionState(deps.db, subscriptionId);
  const subject = { kind: 'invoice', id: invoiceId, customerId: state?.customerId ?? null } as const;
  // Its own workflow gives that money back, and an alarm says how far it has come.
  if (state?.duplicate !== undefined) return;
  const reader = state === undefined ? undefined : { ...state, at };
  if (reader === undefined || !(await isOwnInvoice(deps, reader, invoice))) {
    await alarmIfOurs(inquirer, subject, invoice.stripeCustomerId);
    return;
  }
  const { step } = await readInvoice(deps, reader, invoice);
  if (step?.type !== 'paid') return;
  await tellWorkflow(inquirer, subject, {
    destination: {
      to: 'subscription',
      subscriptionId,
      fact: { objectType: 'invoice', objectId: invoiceId },
    },
    problem: `was paid for ${subscriptionId} and is not recorded`,
  });
}

/** A subscription's checkout is paid by its first invoice. */
async function compareSession(inquirer: Inquirer, session: CheckoutSessionFact): Promise<void> {
  const { sessionId: id, orderId, mode, paymentStatus, stripeCustomerId } = session;
  if (mode !== 'payment' || orderId === null || paymentStatus !== 'paid') return;
  const subject = { kind: 'checkout_session', id } as const;
  await compareOrder(inquirer, subject, { orderId, stripeCustomerId });
}

/** What was paid on a checkout's page is the checkout's to tell. */
async function comparePayment(inquirer: Inquirer, payment: PaymentFact): Promise<void> {
  const { paymentIntentId: id, orderId, stripeCustomerId } = payment;
  if (orderId === null) return;
  const order = await findAddOnOrder(inquirer.deps.db, orderId);
  if (order !== undefined && order.stripeSessionId !== null) return;
  await compareOrder(inquirer, { kind: 'payment', id }, { orderId, stripeCustomerId });
}

async function compareOrder(
  inquirer: Inquirer,
  { kind, id }: { readonly kind: 'checkout_session' | 'payment'; readonly id: string },
  { orderId, stripeCustomerId }: { readonly orderId: string; readonly stripeCustomerId: string | null },
): Promise<void> {
  const { deps } = inquirer;
  const order = await findAddOnOrder(deps.db, orderId);
  const subject = { kind, id, customerId: order?.customerId ?? null };
  const isOwn =
    order !== undefined &&
    stripeCustomerId !== null &&
    (await isBoundTo(deps, order.customerId, { stripeCustomerId }));
  if (!isOwn) {
    await alarmIfOurs(inquirer, subject, stripeCustomerId);
    return;
  }
  if (order.status === 'paid') return;
  await tellWorkflow(inquirer, subject, {
    destination: { to: 'add_on', orderId, fact: { objectType: kind, objectId: id } },
    problem: `was paid for ${orderId}, which is ${order.status}`,
  });
}
