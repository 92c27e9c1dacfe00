import { DomainError } from '../errors';
import type { Amounts, Catalog, Money, Pack, Plan } from './catalog';
import { moneyIn } from './money';
import { hasRight, plansWithRight } from './rights';

/** The pack that an order without one means: the only one that a version has. Undefined when it has several, or none. */
export function onlyPackOf({ packs }: Catalog): Pack | undefined {
  const [pack, ...others] = packs.values();
  return others.length === 0 ? pack : undefined;
}

/** Whether a plan may buy a pack. */
export function mayBuy({ rights }: Pick<Plan, 'rights'>, { requires }: Pack): boolean {
  return requires === null || hasRight(rights, requires);
}

/**
 * The refusal of a pack for want of the right that it requires, undefined when it is not wanting: `subscription_required` for the
 * right that paid plans have to add-ons, `plan_required` with the plans that have it for any other.
 */
export function refusalOfPack(catalog: Catalog, plan: Plan, pack: Pack): DomainError | undefined {
  const { requires } = pack;
  if (requires === null || mayBuy(plan, pack)) return undefined;
  if (requires === 'addOns')
    return new DomainError('subscription_required', `${pack.name}: sold to paid subscribers only.`, {
      plan: plan.id,
    });
  return new DomainError('plan_required', `${pack.name}: the plan ${plan.id} has no right ${requires}.`, {
    plan: plan.id,
    plans: plansWithRight(catalog, requires),
  });
}

/** Throws `invalid_request` when an order has more of a pack than its catalog allows. */
export function assertQuantity(quantity: number, { quantityMax }: Pick<Pack, 'quantityMax'>): void {
  if (quantity <= quantityMax) return;
  throw new DomainError('invalid_request', `At most ${String(quantityMax)} packs can be bought at once.`, {
    field: 'quantity',
  });
}

/**
 * What something costs in the currency that is asked for; else in the usual one of who buys, if it is sold in that, else in its first.
 * Throws `invalid_request` with the currencies that there are.
 */
export function priceToPay(
  amounts: Amounts,
  { asked, usual }: { readonly asked: string | undefined; readonly usual: string | null },
): Money {
  const money = moneyIn(
    amounts,
    asked ?? (usual !== null && Object.hasOwn(amounts, usual) ? usual : undefined),
  );
  if (money !== null) return money;
  const currencies = Object.keys(amounts).join(', ');
  throw new DomainError('invalid_request', `It is sold in ${currencies}, and not in ${String(asked)}.`, {
    field: 'currency',
  });
}
