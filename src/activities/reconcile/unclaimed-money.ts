import type { Money } from '../../domain/catalog';
import { silence } from '../alarms';
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
  /** Of the subscription that the money was paid to; null where none is known. */
  readonly workflowId: string | null;
}

/**
 * Calls a person for money of ours that is neither granted nor given back, and ends the call when it is. What went back counts
 * for what granted nothing first. Safe to repeat.
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
    problem: `money has granted nothing: ${String(left)} ${ungranted.currency} of ${id}, paid at Stripe by ${customerId ?? 'somebody unknown here'}`,
    todo:
      'Refund it at Stripe. Or grant what it is for (POST /v1/adjustments), or leave it if it is for something else, ' +
      `and write what was done into the metadata \`scrip_settled\` of ${id} at Stripe. Then this ends by itself.`,
  });
}
