import type { Interval, Plan, PlanId } from '../../domain/catalog/catalog';
import { credits, type Credits } from '../../domain/credits';
import { contractGrantsOf, planGrantsOf, type PlanGrants } from '../../domain/subscriptions/plan-grants';
import type { Reader } from '../../domain/subscriptions/subscription';
import type { InvoiceFact, InvoiceLine, SubscriptionItem } from '../../payments/payments';
import { findSoldItem } from '../../store/catalog-prices';
import { getCatalog } from '../../store/catalogs';
import type { ActivityDeps } from '../deps';

type Db = Pick<ActivityDeps, 'db'>;

/** What of a subscription says what its price at Stripe stands for. */
export type Terms = Pick<Reader, 'contract' | 'plan' | 'catalogVersion' | 'trial'>;

/** A plan that is sold, and what it grants for all of the quantity. */
export interface SoldPlan {
  readonly plan: PlanId;
  readonly sold: PlanGrants;
}

export type PlanLine = SoldPlan & { readonly line: InvoiceLine; readonly isTrial: boolean };

/**
 * The line of an invoice that pays for the plan, and what it entitles to. Credits come from the catalog by the price that was
 * billed, or from the contract, as often as it was sold; never from an amount. A price that nothing here knows, on the
 * subscription's own item, pays for the plan that is ordered. Null when none does: a proration corrects what was billed before,
 * and a trial's line bills nothing, unless the plan was sold with that trial.
 */
export async function findPlanLine(deps: Db, terms: Terms, invoice: InvoiceFact): Promise<PlanLine | null> {
  const lines = invoice.lines
    .filter(({ isProration, start, end }) => !isProration && start < end)
    .toSorted((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
  const own = lines.filter(({ subscriptionItemId }) => subscriptionItemId !== null);
  if (terms.contract === null) {
    for (const line of lines) {
      const found = await findPlanOfPrice(deps, line);
      if (found === undefined) continue;
      const { plan, sold } = found;
      const isUnbilled = line.amountMinor === 0 && found.amountMinor > 0;
      const isTrial = isUnbilled && isSoldTrial(terms, invoice);
      return isUnbilled && !isTrial ? null : { plan, sold, line, isTrial };
    }
  }
  const [line] = own;
  if (line === undefined || line.amountMinor === 0) return null;
  return { ...(await ordered(deps, terms, line.quantity)), line, isTrial: false };
}

/** The trial that a subscription was sold with begins with it; any later one is somebody's gift at Stripe. */
function isSoldTrial({ trial = null }: Terms, { billingReason }: InvoiceFact): boolean {
  return trial !== null && billingReason === 'subscription_create';
}

/** What an item of a subscription at Stripe stands for; null for a price that nothing here knows. */
export async function findSoldItemPlan(
  deps: Db,
  { contract, plan }: Terms,
  { priceId, quantity, interval, price }: SubscriptionItem,
): Promise<{ readonly plan: PlanId; readonly credits: Credits; readonly interval: Interval } | null> {
  if (contract === null) {
    const found = await findPlanOfPrice(deps, { priceId, quantity });
    return found === undefined || interval === null
      ? null
      : { plan: found.plan, credits: found.sold.credits, interval };
  }
  const isAgreed =
    price?.amountMinor === contract.price.amountMinor &&
    price.currency === contract.price.currency &&
    interval === contract.interval;
  return isAgreed ? { plan, credits: credits(contract.credits * quantity), interval } : null;
}

async function findPlanOfPrice(
  { db }: Db,
  { priceId, quantity }: { readonly priceId: string | null; readonly quantity: number },
): Promise<(SoldPlan & { readonly amountMinor: number }) | undefined> {
  const sold = priceId === null ? undefined : await findSoldItem(db, priceId);
  if (sold === undefined || sold.plan === null) return undefined;
  const { plan, amountMinor } = sold;
  return { plan, sold: planGrantsOf(await getPlan(db, { ...sold, plan }), quantity), amountMinor };
}

async function ordered(
  { db }: Db,
  { contract, plan, catalogVersion }: Terms,
  quantity: number,
): Promise<SoldPlan> {
  if (contract !== null) {
    const { plans } = await getCatalog(db, catalogVersion);
    return { plan, sold: contractGrantsOf(plans.get(plan), contract.credits, quantity) };
  }
  return { plan, sold: planGrantsOf(await getPlan(db, { plan, catalogVersion }), quantity) };
}

async function getPlan(
  db: ActivityDeps['db'],
  { plan: id, catalogVersion }: Pick<Terms, 'plan' | 'catalogVersion'>,
): Promise<Plan> {
  const plan = (await getCatalog(db, catalogVersion)).plans.get(id);
  if (plan === undefined) throw new Error(`catalog ${catalogVersion} has no plan ${id}`);
  return plan;
}
