import type { Catalog } from '../../domain/catalog/catalog';
import { moneyIn } from '../../domain/catalog/money';
import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { checkoutOperationId } from '../../domain/keys';
import { refusalOf, refused } from '../../domain/refusal';
import { planNamesOf } from '../../domain/subscriptions/plan-names';
import { planTermsOf } from '../../domain/subscriptions/plan-terms';
import { openSubscription as open, type SubscriptionState } from '../../domain/subscriptions/subscription';
import { getPriceId } from '../../store/catalog-prices';
import { getCatalog } from '../../store/catalogs';
import { getOpenCustomer } from '../../store/customers';
import { ensureStripeCustomer } from '../../store/stripe-customers';
import { recordOpening, registerOpening } from '../../store/subscription-openings';
import { findSubscriptionState, subscriptionRecord } from '../../store/subscriptions';
import { writeRecords } from '../../store/write-records';
import type { OpenAnswer } from '../../workflows/messages';
import type { OpenSubscription } from '../../workflows/subscriptions/messages';
import type { ActivityDeps } from '../deps';
import { giveUpOpening } from './give-up-opening';
import { replaceOpenings } from './replace-openings';

export interface Opened {
  readonly answer: OpenAnswer;
  /** Null when it was refused. */
  readonly state: SubscriptionState | null;
}

/**
 * Opens the checkout at Stripe, or has it send invoices, and records the `incomplete` subscription. It first ends whatever the
 * customer has opened earlier and not paid for, so that only one can be paid, and ends itself when a later opening has begun
 * meanwhile. Idempotent by the subscription's id.
 */
export async function openSubscription(
  deps: ActivityDeps,
  { opening, at }: { opening: OpenSubscription; at: Instant },
): Promise<Opened> {
  try {
    const { subscriptionId, customerId } = opening;
    const recorded = await findSubscriptionState(deps.db, subscriptionId);
    if (recorded !== undefined) return opened(recorded);
    await getOpenCustomer(deps.db, customerId);
    // The API has registered it; but one of an older release may have started this.
    await registerOpening(deps.db, { subscriptionId, customerId, byPortal: false, at });
    await replaceOpenings(deps, opening);
    return await recordUnlessReplaced(deps, await openAtStripe(deps, opening, at));
  } catch (error) {
    return { answer: refused(refusalOf(error)), state: null };
  }
}

function opened(state: SubscriptionState): Opened {
  return { answer: { outcome: 'opened' }, state };
}

/** Nobody was told its address yet. Should it be paid all the same, it is there to be taken in. */
async function recordUnlessReplaced(deps: ActivityDeps, state: SubscriptionState): Promise<Opened> {
  const record = subscriptionRecord(state);
  if (await recordOpening(deps.db, state.subscriptionId, record)) return opened(state);
  if ((await giveUpOpening(deps, state)) === 'ended')
    throw new DomainError('state_conflict', 'The customer has started another subscription since.');
  await writeRecords(deps.db, [record]);
  return opened(state);
}

async function openAtStripe(
  deps: ActivityDeps,
  opening: OpenSubscription,
  at: Instant,
): Promise<SubscriptionState> {
  const { subscriptionId, customerId, plan, interval, collection, catalogVersion, contract } = opening;
  const catalog = await getCatalog(deps.db, catalogVersion);
  const { policies } = catalog;
  const currency = currencyToPayIn(opening, catalog);
  const planNames = planNamesOf(planTermsOf(catalog, interval, currency));
  const graceMs = policies.graceHours * 3_600_000;
  const sold = { plan, planNames, interval, collection, catalogVersion };
  const which = { subscriptionId, customerId, ...sold, ...(currency === null ? {} : { currency }) };
  const trialDays = opening.trialDays ?? 0;
  const terms = { ...which, graceMs, trialDays, at };
  if (collection === 'invoice') {
    const stripeSubscriptionId = await openByInvoice(deps, opening);
    return {
      ...open({ ...terms, trialDays: 0, checkout: null, contract: contract ?? null }),
      stripeSubscriptionId,
    };
  }
  const checkout = await deps.payments.createSubscriptionCheckout({
    operationId: checkoutOperationId(subscriptionId),
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await priceIdOf(deps, opening),
    trialDays,
    successUrl: opening.successUrl ?? `${deps.publicUrl}/account?paid=${subscriptionId}`,
    cancelUrl: opening.cancelUrl ?? `${deps.publicUrl}/account`,
  });
  return open({ ...terms, checkout });
}

/** How long the customer has for an invoice. */
const DAYS_UNTIL_DUE = 30;

async function openByInvoice(deps: ActivityDeps, opening: OpenSubscription): Promise<string> {
  const { subscriptionId, customerId } = opening;
  const { stripeSubscriptionId } = await deps.payments.createInvoicedSubscription({
    operationId: `invoiced:${subscriptionId}`,
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await priceIdOf(deps, opening),
    daysUntilDue: DAYS_UNTIL_DUE,
  });
  return stripeSubscriptionId;
}

/** A contract has a price of its own, everything else the catalog's. */
async function priceIdOf(
  { db, payments }: ActivityDeps,
  { contract, catalogVersion, plan, interval, currency }: OpenSubscription,
): Promise<string> {
  if (contract === undefined)
    return getPriceId(db, catalogVersion, { plan, interval, currency: currency ?? null });
  const { contractId, price, interval: every } = contract;
  return payments.ensureContractPrice({ contractId, name: `Contract ${contractId}`, price, interval: every });
}

/** An opening from before there were several currencies names none. */
function currencyToPayIn(
  { contract, currency, plan, interval }: OpenSubscription,
  { plans }: Catalog,
): string | null {
  const first = moneyIn(plans.get(plan)?.prices[interval]?.amounts ?? {});
  return contract?.price.currency ?? currency ?? first?.currency ?? null;
}
