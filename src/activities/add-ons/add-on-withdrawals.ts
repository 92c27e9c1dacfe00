import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { takeWithdrawal, type WithdrawalOutcome } from '../../domain/payments/refunds';
import { findOrderWithdrawals, getAddOnOrder, saveOrderWithdrawals } from '../../store/add-on-orders';
import { findPaymentOfOrder } from '../../store/payments';
import type { PaymentHint } from '../../workflows/payments/messages';
import type { ActivityDeps } from '../deps';
import { unlessUnreadable } from '../payments/payment-facts';
import { isBoundTo } from '../payments/stripe-customer';
import { clawbackCommand, restoreCommand } from '../payments/withdrawal-commands';

/** What became of an order's money, and what follows for its credits. */
export interface AddOnWithdrawal {
  readonly orderId: string;
  readonly customerId: string;
  readonly outcome: WithdrawalOutcome;
}

/**
 * Reads one refund or dispute of a paid order at Stripe and decides what is taken back or given back. Null: nothing is,
 * for it is none of the order's own, or moved no money. `unreadable`: its inbox row says why, and stays open.
 */
export async function readAddOnWithdrawal(
  deps: ActivityDeps,
  { orderId, fact, at }: { orderId: string; fact: PaymentHint; at: Instant },
): Promise<AddOnWithdrawal | 'unreadable' | null> {
  const { objectType: kind, objectId: withdrawalId } = fact;
  if (kind !== 'refund' && kind !== 'dispute') return null;
  const order = await getAddOnOrder(deps.db, orderId);
  const payment = await findPaymentOfOrder(deps.db, orderId);
  const back = await unlessUnreadable(deps, [fact.eventId], () =>
    deps.payments.getWithdrawal({ kind, withdrawalId }),
  );
  if (back === undefined) return 'unreadable';
  if (payment === undefined || back.status === 'none') return null;
  if (back.payment?.orderId !== orderId || !(await isBoundTo(deps, order.customerId, back.payment)))
    return null;
  const { id: paymentId, paid } = payment;
  const entitlement = { paymentId, paid, total: credits(order.credits), ungranted: credits(0) };
  const withdrawal = { id: withdrawalId, kind, status: back.status, amountMinor: back.amount.amountMinor };
  const known = await findOrderWithdrawals(deps.db, orderId);
  return {
    orderId,
    customerId: order.customerId,
    outcome: takeWithdrawal(known, entitlement, withdrawal, at),
  };
}

/** Moves the credits that were decided upon, each under its own key, and keeps what was taken. Safe to repeat. */
export async function carryOutAddOnWithdrawal(
  deps: ActivityDeps,
  { orderId, customerId, outcome }: AddOnWithdrawal,
): Promise<void> {
  const commands = [
    ...outcome.clawbacks.map((effect) => clawbackCommand(customerId, effect)),
    ...outcome.restores.map((effect) => restoreCommand(customerId, effect)),
  ];
  for (const command of commands) {
    const result = await deps.ledger.submit(command);
    if (result.outcome !== 'applied') {
      throw new Error(`${command.key} cannot be carried out: ${result.outcome}`);
    }
  }
  await saveOrderWithdrawals(deps.db, orderId, outcome.withdrawals);
}
