import { isBoundTo } from '../../activities/payments/stripe-customer';
import { paidIntervalOf } from '../../activities/subscriptions/invoice-steps';
import type { Instant } from '../../domain/instants';
import type { PaymentWithdrawals } from '../../domain/payments/refunds';
import { readerOf } from '../../domain/subscriptions/subscription';
import type { InvoiceFact, WithdrawalFact } from '../../payments/payments';
import { findAddOnOrder, findOrderWithdrawals } from '../../store/add-on-orders';
import { findOwnerOfInvoice } from './compare-money';
import { compareOne, tellWorkflow, type Inquirer } from './inquirer';

/**
 * Every refund, dispute and credit note made since an instant, against what was taken in of it: one that was missed, or has changed
 * since, is told to the workflow that it concerns.
 */
export async function findMissingWithdrawals(inquirer: Inquirer, since: Instant): Promise<void> {
  const { payments } = inquirer.deps;
  for await (const { kind, withdrawalId } of payments.listWithdrawals(since)) {
    await compareOne(inquirer, { kind, id: withdrawalId, customerId: null }, async () => {
      const withdrawal = await payments.getWithdrawal({ kind, withdrawalId });
      if (withdrawal.status === 'none') return;
      const orderId = withdrawal.payment?.orderId ?? null;
      if (withdrawal.invoice !== null) await compareOfPlan(inquirer, withdrawal, withdrawal.invoice);
      else if (orderId !== null) await compareOfOrder(inquirer, withdrawal, orderId);
    });
  }
}

async function compareOfPlan(
  inquirer: Inquirer,
  withdrawal: WithdrawalFact,
  invoice: InvoiceFact,
): Promise<void> {
  const { deps, at } = inquirer;
  const state = await findOwnerOfInvoice(deps, invoice);
  if (state === undefined || state.duplicate !== undefined) return;
  if ((await paidIntervalOf(deps, readerOf(state, at), invoice)) === null) return;
  const { subscriptionId } = state;
  if (isTakenIn(state.withdrawals, withdrawal)) return;
  const { kind, withdrawalId: id } = withdrawal;
  await tellWorkflow(
    inquirer,
    { kind, id, customerId: state.customerId },
    {
      destination: { to: 'subscription', subscriptionId, fact: { objectType: kind, objectId: id } },
      problem: `is ${withdrawal.status} and concerns ${subscriptionId}, which has not taken it in`,
    },
  );
}

async function compareOfOrder(
  inquirer: Inquirer,
  withdrawal: WithdrawalFact,
  orderId: string,
): Promise<void> {
  const { deps } = inquirer;
  const order = await findAddOnOrder(deps.db, orderId);
  if (order === undefined || withdrawal.payment === null) return;
  if (!(await isBoundTo(deps, order.customerId, withdrawal.payment))) return;
  const known = await findOrderWithdrawals(deps.db, orderId);
  if (isTakenIn(known === undefined ? [] : [known], withdrawal)) return;
  const { kind, withdrawalId: id } = withdrawal;
  await tellWorkflow(
    inquirer,
    { kind, id, customerId: order.customerId },
    {
      destination: { to: 'add_on', orderId, fact: { objectType: kind, objectId: id } },
      problem: `is ${withdrawal.status} and concerns ${orderId}, which has not taken it in`,
    },
  );
}

/** Money that was heard of as returned is so for ever. */
function isTakenIn(
  known: readonly PaymentWithdrawals[],
  { withdrawalId, status, amount }: WithdrawalFact,
): boolean {
  const part = known.flatMap(({ parts }) => parts).find(({ id }) => id === withdrawalId);
  if (part === undefined || part.amountMinor !== amount.amountMinor) return false;
  return part.returned || status === 'withdrawn';
}
