import { isBoundTo } from '../../activities/payments/stripe-customer';
import { paidIntervalOf } from '../../activities/subscriptions/invoice-steps';
import { workflowIdOf } from '../../domain/keys';
import { readerOf } from '../../domain/subscriptions/subscription';
import { listUnconfirmedClawbacks, type UnconfirmedClawback } from '../../ledger/list-unconfirmed-clawbacks';
import { listUnpaidGrants } from '../../ledger/list-unpaid-grants';
import { isUnknownAtStripe } from '../../payments/is-unknown';
import type { InvoiceFact, WithdrawalFact, WithdrawalKind } from '../../payments/payments';
import { confirm } from '../../store/confirmed-at-stripe';
import { listOwnersOfRows } from '../../store/owners-of-rows';
import { findPaymentOfOrder, listUnconfirmedPayments, type Payment } from '../../store/payments';
import { findOwnerOfInvoice } from './compare-money';
import { callPerson, compareOne, type Inquirer } from './inquirer';

const PAGE_SIZE = 100;
const UNKNOWN = 'Stripe knows nothing of it';

/**
 * The other direction: payments and clawbacks of ours that Stripe does not stand behind, and grants without a payment.
 * Each is asked about until Stripe has confirmed it once. They raise an alarm; nothing is ever taken away because of one.
 */
export async function findUnbackedCredits(inquirer: Inquirer): Promise<void> {
  const { deps, at } = inquirer;
  await eachPage(
    (after) => listUnconfirmedPayments(deps.db, { after, limit: PAGE_SIZE }),
    async (payments) => {
      const confirmed = await compareAll(inquirer, 'payment', payments, problemOfPayment);
      await confirm(
        deps.db,
        confirmed.map(({ id }) => id),
        at,
      );
    },
  );
  await eachPage(
    (after) => listUnconfirmedClawbacks(deps.db, { after, limit: PAGE_SIZE }),
    async (clawbacks) => {
      const confirmed = await compareAll(inquirer, 'clawback', clawbacks, problemOfClawback);
      const ids = confirmed.map(({ id, isUndone }) => (isUndone ? `${id}/undone` : id));
      await confirm(deps.db, ids, at);
    },
  );
  await eachPage(
    (after) => listUnpaidGrants(deps.db, { after, limit: PAGE_SIZE }),
    (grants) => compareAll(inquirer, 'grant', grants, () => Promise.resolve('no payment is recorded for it')),
  );
}

async function eachPage<Row extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
  handle: (rows: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let after = ''; ;) {
    const rows = await read(after);
    await handle(rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_SIZE) return;
    after = last.id;
  }
}

/** Alarms about those with a problem; answers the others. */
async function compareAll<Row extends { readonly id: string; readonly customerId: string }>(
  inquirer: Inquirer,
  kind: 'payment' | 'clawback' | 'grant',
  rows: readonly Row[],
  problemOf: (inquirer: Inquirer, row: Row) => Promise<string | null>,
): Promise<readonly Row[]> {
  const sound: Row[] = [];
  for (const row of rows) {
    const subject = { kind, id: row.id, customerId: row.customerId };
    await compareOne(inquirer, subject, async () => {
      const problem = await problemOf(inquirer, row).catch((error: unknown) => {
        if (isUnknownAtStripe(error)) return UNKNOWN;
        throw error;
      });
      if (problem === null) sound.push(row);
      else
        await callPerson(inquirer, {
          ...subject,
          ...unbacked(subject, problem, await workflowOf(inquirer, row.id)),
        });
    });
  }
  return sound;
}

/** The workflow of the subscription or order that a payment was for; null when no such payment is recorded. */
async function workflowOf({ deps }: Inquirer, paymentId: string): Promise<string | null> {
  const owner = (await listOwnersOfRows(deps.db, [paymentId])).get(paymentId);
  return owner === undefined ? null : (workflowIdOf(owner) ?? null);
}

function unbacked(
  { kind, id }: { readonly kind: string; readonly id: string },
  problem: string,
  workflowId: string | null,
) {
  const alarm = 'unbacked_credits' as const;
  return {
    alarm,
    workflowId,
    problem,
    todo: `Look up the ${kind} ${id} at Stripe. Take back credits that were granted without payment by POST /v1/adjustments.`,
  };
}

async function problemOfPayment(inquirer: Inquirer, payment: Payment): Promise<string | null> {
  const { deps } = inquirer;
  const found = await moneyOf(payment, inquirer);
  if (found === null) return UNKNOWN;
  if (!found.isPaid) return 'it is not paid at Stripe';
  const { stripeCustomerId } = found;
  const isOwn =
    found.names &&
    stripeCustomerId !== null &&
    (await isBoundTo(deps, payment.customerId, { stripeCustomerId }));
  if (!isOwn) return 'at Stripe it is for somebody or something else';
  const { amountMinor, currency } = found.amount;
  const { paid } = payment;
  return amountMinor === paid.amountMinor && currency === paid.currency
    ? null
    : `at Stripe it is ${String(amountMinor)} ${currency}, here ${String(paid.amountMinor)} ${paid.currency}`;
}

/** What Stripe says of a payment, by what kind of thing its id is; null for an id that is none of Stripe's. */
async function moneyOf({ id, subscriptionId, orderId }: Payment, { deps, at }: Inquirer) {
  const { payments } = deps;
  if (subscriptionId !== null) {
    const invoice = await payments.getInvoice(id);
    const owner = await findOwnerOfInvoice(deps, invoice);
    const paid = owner === undefined ? null : await paidIntervalOf(deps, readerOf(owner, at), invoice);
    const { stripeCustomerId, amountPaid, status } = invoice;
    return {
      isPaid: status === 'paid',
      names: owner?.subscriptionId === subscriptionId,
      stripeCustomerId,
      amount: paid?.paid ?? amountPaid,
    };
  }
  if (id.startsWith('cs_')) {
    const session = await payments.getCheckoutSession(id);
    const { stripeCustomerId, amountTotal: amount, paymentStatus } = session;
    return {
      isPaid: paymentStatus !== 'unpaid',
      names: session.orderId === orderId,
      stripeCustomerId,
      amount,
    };
  }
  if (!id.startsWith('pi_')) return null;
  const payment = await payments.getPayment(id);
  const { stripeCustomerId, amount, status } = payment;
  return { isPaid: status === 'succeeded', names: payment.orderId === orderId, stripeCustomerId, amount };
}

async function problemOfClawback(
  { deps }: Inquirer,
  { id, paymentId, isUndone }: UnconfirmedClawback,
): Promise<string | null> {
  const withdrawalId = id.split(':')[0] ?? id;
  const kind = kindOf(withdrawalId);
  const withdrawal = await deps.payments.getWithdrawal({ kind, withdrawalId });
  if (withdrawal.status === 'none') return 'no money has moved at Stripe';
  if ((await paymentIdOf(deps, withdrawal)) !== paymentId) return 'at Stripe it is of another payment';
  return isUndone && withdrawal.status !== 'returned'
    ? 'it was undone, but the money has not come back'
    : null;
}

function kindOf(withdrawalId: string): WithdrawalKind {
  if (withdrawalId.startsWith('cn_')) return 'credit_note';
  return /^(du|dp)_/.test(withdrawalId) ? 'dispute' : 'refund';
}

async function paymentIdOf(
  { db }: Inquirer['deps'],
  { invoice, payment }: { invoice: InvoiceFact | null; payment: WithdrawalFact['payment'] },
): Promise<string | undefined> {
  if (invoice !== null) return invoice.invoiceId;
  if (payment === null || payment.orderId === null) return undefined;
  return (await findPaymentOfOrder(db, payment.orderId))?.id;
}
