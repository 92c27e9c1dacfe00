import { credits, type Credits } from '../../domain/credits';
import type { Interval, PlanId } from '../../domain/catalog';
import type { SubscriptionState } from '../../domain/subscriptions/subscription';
import type { InvoiceFact, InvoiceLine, SubscriptionItem } from '../../payments/payments';
import { findSoldItem, getCatalog } from '../../store/catalogs';
import type { ActivityDeps } from '../deps';

type Db = Pick<ActivityDeps, 'db'>;

/** What of a subscription says what its price at Stripe stands for. */
export type Terms = Pick<SubscriptionState, 'contract' | 'plan' | 'catalogVersion'>;

/** A plan that is sold, and its credits every cycle for all of the quantity. */
export interface SoldPlan {
  readonly plan: PlanId;
  readonly credits: Credits;
}

/**
 * The line of an invoice that pays for the plan, and what it entitles to. Credits come from the catalog by the price that was
 * billed, or from the contract, as often as it was sold; never from an amount. A price that nothing here knows, on the
 * subscription's own item, pays for the plan that is ordered. Null when none does: a trial's line bills nothing, and
 * a proration corrects what was billed before.
 */
export async function findPlanLine(
  deps: Db,
  terms: Terms,
  invoice: InvoiceFact,
): Promise<(SoldPlan & { readonly line: InvoiceLine }) | null> {
  const lines = invoice.lines
    .filter(({ isProration, start, end }) => !isProration && start < end)
    .toSorted((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
  const own = lines.filter(({ subscriptionItemId }) => subscriptionItemId !== null);
  if (terms.contract === null) {
    for (const line of lines) {
      const sold = await findPlanOfPrice(deps, line);
      if (sold === undefined) continue;
      return line.amountMinor === 0 && sold.amountMinor > 0 ? null : { ...sold, line };
    }
  }
  const [line] = own;
  if (line === undefined || line.amountMinor === 0) return null;
  return { ...(await ordered(deps, terms, line.quantity)), line };
}

/** What an item of a subscription at Stripe stands for; null for a price that nothing here knows. */
export async function findSoldItemPlan(
  deps: Db,
  { contract }: Terms,
  { priceId, quantity, interval, price }: SubscriptionItem,
): Promise<(SoldPlan & { readonly interval: Interval }) | null> {
  if (contract === null) {
    const sold = await findPlanOfPrice(deps, { priceId, quantity });
    return sold === undefined || interval === null
      ? null
      : { plan: sold.plan, credits: sold.credits, interval };
  }
  const isAgreed =
    price?.amountMinor === contract.price.amountMinor &&
    price.currency === contract.price.currency &&
    interval === contract.interval;
  return isAgreed ? { plan: 'custom', credits: credits(contract.credits * quantity), interval } : null;
}

async function findPlanOfPrice(
  { db }: Db,
  { priceId, quantity }: { readonly priceId: string | null; readonly quantity: number },
): Promise<(SoldPlan & { readonly amountMinor: number }) | undefined> {
  const sold = priceId === null ? undefined : await findSoldItem(db, priceId);
  if (sold === undefined || sold.plan === null) return undefined;
  const { plans } = await getCatalog(db, sold.catalogVersion);
  const { plan, amountMinor } = sold;
  return { plan, credits: credits(plans[plan].credits * quantity), amountMinor };
}

async function ordered(
  { db }: Db,
  { contract, plan, catalogVersion }: Terms,
  quantity: number,
): Promise<SoldPlan> {
  if (contract !== null) return { plan: 'custom', credits: credits(contract.credits * quantity) };
  const { plans } = await getCatalog(db, catalogVersion);
  return { plan, credits: credits(plans[plan].credits * quantity) };
}
