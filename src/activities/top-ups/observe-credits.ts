import { mayBuy } from '../../domain/catalog/buy-pack';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import type { AutoTopUpStep } from '../../domain/top-ups/auto-top-up';
import { getBalance } from '../../ledger/get-balance';
import { dueOf } from '../../store/allowances';
import { getCustomerPlan } from '../../store/customer-plan';
import type { ActivityDeps } from '../deps';

/**
 * What an automatic top-up decides by: the credits of the moment, and whether the plan may buy the pack. One that the customer's
 * catalog does not have is found out when it is ordered, which stops the top-up.
 */
export async function observeCredits(
  { db, allowancesOf }: Pick<ActivityDeps, 'db' | 'allowancesOf'>,
  { customerId, packId, at }: { customerId: string; packId: string | undefined; at: Instant },
): Promise<Extract<AutoTopUpStep, { readonly type: 'observed' }>> {
  const due = await dueOf(allowancesOf, customerId, at);
  const { available } = await getBalance(db, customerId, undefined, due);
  const { rights, catalog } = await getCustomerPlan(db, customerId, at);
  const pack = packId === undefined ? undefined : catalog.packs.get(packId);
  return {
    type: 'observed',
    at,
    available: credits(available),
    mayBuy: pack === undefined || mayBuy({ rights }, pack),
  };
}
