import { silence } from '../../activities/alarms';
import type { Money } from '../../domain/catalog/catalog';
import { callPerson, type Inquirer } from './inquirer';
import type { Whose } from './whose-money';

/** Money that was paid at Stripe. */
export interface PaidMoney {
  readonly kind: 'invoice' | 'checkout_session' | 'payment';
  readonly id: string;
  readonly whose: Whose;
  /** So much of it has granted nothing. */
  readonly ungranted: Money;
  readonly paymentIntentId: string | null;
  readonly isSettledByHand: boolean;
  /** The workflow of the subscription that the money was paid for; null where none is known. */
  readonly workflowId: string | null;
}

/**
 * Raises an alarm about money of ours that has neither granted credits nor been refunded, and ends it when it has. A refund
 * counts first against the part that granted nothing. Safe to repeat.
 */
export async function compareUnclaimed(inquirer: Inquirer, money: PaidMoney): Promise<void> {
  const { kind, id, whose, ungranted, paymentIntentId, isSettledByHand, workflowId } = money;
  const isOwed = whose.isOurs && ungranted.amountMinor > 0 && !isSettledByHand;
  const givenBack = isOwed
    ? await inquirer.deps.payments.getGivenBack({
        paymentIntentId,
        invoiceId: kind === 'invoice' ? id : null,
      })
    : 0;
  const left = ungranted.amountMinor - givenBack;
  if (!isOwed || left <= 0) {
    await silence(inquirer.deps, { kind: 'unclaimed_money', subject: id }, inquirer.at);
    return;
  }
  const { customerId } = whose;
  await callPerson(inquirer, {
    kind,
    id,
    customerId,
    alarm: 'unclaimed_money',
    workflowId,
    problem: `money has granted nothing: ${String(left)} ${ungranted.currency} of ${id}, paid at Stripe by ${customerId ?? 'a customer who is unknown here'}`,
    todo:
      'Refund it at Stripe. Or grant what it pays for (POST /v1/adjustments), or leave it if it pays for something else, ' +
      `and write what was done into the metadata \`scrip_settled\` of ${id} at Stripe. Then the alarm ends by itself.`,
  });
}
