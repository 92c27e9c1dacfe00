import type { Money } from '../../domain/catalog/catalog';
import type { Instant } from '../../domain/instants';
import { subscriptionWorkflowId } from '../../domain/keys';
import {
  duplicateEndsAt,
  withMoney,
  wordsOfAmount,
  wordsOfDuplicate,
  type Duplicate,
  type DuplicateMoney,
} from '../../domain/subscriptions/duplicate';
import type { SubscriptionState } from '../../domain/subscriptions/subscription';
import { addNotice } from '../../ledger/notices';
import type { InvoiceFact, RefundStanding } from '../../payments/payments';
import { deriveId } from '../../platform/ids';
import { ring, silence } from '../alarms';
import type { ActivityDeps } from '../deps';

export type SettleDuplicate = Pick<
  SubscriptionState,
  'subscriptionId' | 'customerId' | 'plan' | 'stripeSubscriptionId'
> & { readonly duplicate: Duplicate; readonly at: Instant };

interface Refunded {
  readonly invoice: InvoiceFact;
  readonly standing: RefundStanding;
}

const STANDINGS = { succeeded: 'returned', pending: 'under_way', failed: 'stuck' } as const;
const WORST_FIRST: readonly DuplicateMoney['standing'][] = ['stuck', 'expected', 'under_way', 'returned'];

/**
 * Cancels at Stripe what was paid for beside another subscription, gives back whatever was paid for it, and tells its customer
 * and the operator; answers how far that has come. Whoever asks later learns what became of the refunds. Safe to repeat.
 */
export async function settleDuplicate(deps: ActivityDeps, input: SettleDuplicate): Promise<Duplicate> {
  const { subscriptionId, stripeSubscriptionId, at } = input;
  const isExpected =
    stripeSubscriptionId !== null && (await endAtStripe(deps, subscriptionId, stripeSubscriptionId));
  const refunds = stripeSubscriptionId === null ? [] : await refundAll(deps, stripeSubscriptionId);
  const standings = [
    ...refunds.map(({ standing }) => STANDINGS[standing]),
    ...(isExpected ? ['expected' as const] : []),
  ];
  const standing = WORST_FIRST.find((one) => standings.some((other) => other === one)) ?? 'returned';
  const duplicate = withMoney(input.duplicate, { paid: sumOf(refunds), standing }, at);
  await tellCustomer(deps, { ...input, duplicate }, refunds);
  await tellOperator(deps, { ...input, duplicate });
  return duplicate;
}

/** Answers whether a bank is still bringing money: such an invoice cannot be voided, and is looked at again. */
async function endAtStripe(
  { payments }: ActivityDeps,
  subscriptionId: string,
  stripeSubscriptionId: string,
): Promise<boolean> {
  await payments.cancelSubscription({ operationId: `${subscriptionId}:duplicate`, stripeSubscriptionId });
  return (await payments.voidOpenInvoices(stripeSubscriptionId)).isInFlight;
}

async function refundAll(
  { payments }: ActivityDeps,
  stripeSubscriptionId: string,
): Promise<readonly Refunded[]> {
  const refunds: Refunded[] = [];
  for (const invoice of await payments.listSubscriptionInvoices(stripeSubscriptionId)) {
    const { invoiceId, status, paymentIntentId, amountPaid } = invoice;
    if (status !== 'paid' || paymentIntentId === null || amountPaid.amountMinor === 0) continue;
    const standing = await payments.refundPayment({ operationId: `refund:${invoiceId}`, paymentIntentId });
    refunds.push({ invoice, standing });
  }
  return refunds;
}

function sumOf(refunds: readonly Refunded[]): Money | null {
  return refunds.reduce<Money | null>(
    (sum, { invoice: { amountPaid } }) => ({
      ...amountPaid,
      amountMinor: (sum?.amountMinor ?? 0) + amountPaid.amountMinor,
    }),
    null,
  );
}

/** Once for every payment that goes back; a refund that is stuck is told when it is not any more. */
async function tellCustomer(
  { db }: ActivityDeps,
  { subscriptionId, customerId, plan, duplicate, at }: SettleDuplicate,
  refunds: readonly Refunded[],
): Promise<void> {
  const notice = { customerId, at, subscriptionId };
  const canceled = `was canceled, because ${duplicate.of} is yours already`;
  for (const { invoice, standing } of refunds) {
    if (standing === 'failed') continue;
    const amount = wordsOfAmount(invoice.amountPaid);
    const reason = `${amount} paid for a second subscription (${plan}) was refunded; the subscription ${canceled}`;
    const id = deriveId('ntc', invoice.invoiceId);
    await addNotice(db, { ...notice, id, code: 'duplicate_refunded', reason });
  }
  if (refunds.length > 0 || duplicate.money?.standing !== 'returned') return;
  const reason = `A second subscription (${plan}) ${canceled}; nothing was charged for it`;
  await addNotice(db, { ...notice, id: deriveId('ntc', subscriptionId), code: 'duplicate_canceled', reason });
}

async function tellOperator(
  deps: ActivityDeps,
  { subscriptionId, customerId, duplicate, at }: SettleDuplicate,
): Promise<void> {
  const alarm = { kind: 'second_subscription', subject: subscriptionId } as const;
  const endsAt = duplicateEndsAt(duplicate);
  if (endsAt !== null && endsAt <= at) {
    await silence(deps, alarm, at);
    return;
  }
  const workflowId = subscriptionWorkflowId(subscriptionId);
  await ring(deps, { ...alarm, customerId, workflowId, todo: wordsOfDuplicate(duplicate) }, at);
}
