import type { Knex } from 'knex';
import type { AutoTopUpStep } from '../../domain/top-ups/auto-top-up';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { getBalance } from '../../ledger/get-balance';
import { getCustomerPlan } from '../../store/customer-plan';

/** What an automatic top-up decides by: the credits of the moment, and whether the plan sells add-ons. */
export async function observeCredits(
  db: Knex,
  customerId: string,
  at: Instant,
): Promise<Extract<AutoTopUpStep, { readonly type: 'observed' }>> {
  const { available } = await getBalance(db, customerId);
  const { rights } = await getCustomerPlan(db, customerId, at);
  return { type: 'observed', at, available: credits(available), mayBuy: rights.addOns };
}
