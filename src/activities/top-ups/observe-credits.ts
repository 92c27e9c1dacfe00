import type { AutoTopUpStep } from '../../domain/top-ups/auto-top-up';
import { hasRight } from '../../domain/catalog/plans';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import type { ActivityDeps } from '../deps';
import { getBalance } from '../../ledger/get-balance';
import { dueOf } from '../../store/allowances';
import { getCustomerPlan } from '../../store/customer-plan';

/** What an automatic top-up decides by: the credits of the moment, and whether the plan sells add-ons. */
export async function observeCredits(
  { db, allowancesOf }: Pick<ActivityDeps, 'db' | 'allowancesOf'>,
  customerId: string,
  at: Instant,
): Promise<Extract<AutoTopUpStep, { readonly type: 'observed' }>> {
  const due = await dueOf(allowancesOf, customerId, at);
  const { available } = await getBalance(db, customerId, undefined, due);
  const { rights } = await getCustomerPlan(db, customerId, at);
  return { type: 'observed', at, available: credits(available), mayBuy: hasRight(rights, 'addOns') };
}
