import type { Instant } from '../domain/instants';
import { openSubscription as open, type SubscriptionState } from '../domain/subscription';
import { getCatalog, getPriceId } from '../store/catalogs';
import { getOpenCustomer } from '../store/customers';
import { subscriptionRecord, writeRecords } from '../store/records';
import { ensureStripeCustomer } from '../store/stripe-customers';
import type { OpenAnswer, OpenSubscription } from '../workflows/messages';
import { closeOtherCheckouts } from './close-other-checkouts';
import type { ActivityDeps } from './deps';
import { refusalOf } from './refusal';
import { subscriptionRowOf } from './subscription-row';

export interface Opened {
  readonly answer: OpenAnswer;
  /** Null when it was refused. */
  readonly state: SubscriptionState | null;
}

/**
 * Opens the checkout at Stripe, or has it send invoices, and records the `incomplete` subscription. It replaces the customer's
 * earlier checkouts, so that only one can be paid. Idempotent by the subscription's id.
 */
export async function openSubscription(
  deps: ActivityDeps,
  { opening, at }: { opening: OpenSubscription; at: Instant },
): Promise<Opened> {
  try {
    await getOpenCustomer(deps.db, opening.customerId);
    await closeOtherCheckouts(deps, opening);
    const state = await openAtStripe(deps, opening, at);
    await writeRecords(deps.db, [subscriptionRecord(subscriptionRowOf(state))]);
    return { answer: { outcome: 'opened' }, state };
  } catch (error) {
    return { answer: refusalOf(error), state: null };
  }
}

async function openAtStripe(
  deps: ActivityDeps,
  opening: OpenSubscription,
  at: Instant,
): Promise<SubscriptionState> {
  const { subscriptionId, customerId, plan, interval, collection, catalogVersion, contract } = opening;
  const { policies } = await getCatalog(deps.db, catalogVersion);
  const graceMs = policies.graceHours * 3_600_000;
  const terms = { subscriptionId, customerId, plan, interval, collection, catalogVersion, graceMs, at };
  if (collection === 'invoice') {
    const stripeSubscriptionId = await openByInvoice(deps, opening);
    return { ...open({ ...terms, checkout: null, contract: contract ?? null }), stripeSubscriptionId };
  }
  const checkout = await deps.payments.createSubscriptionCheckout({
    operationId: `checkout:${subscriptionId}`,
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await priceIdOf(deps, opening),
    successUrl: opening.successUrl ?? `${deps.publicUrl}/account`,
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
  { contract, catalogVersion, plan, interval }: OpenSubscription,
): Promise<string> {
  if (contract === undefined) return getPriceId(db, catalogVersion, { plan, interval });
  const { contractId, price, interval: every } = contract;
  return payments.ensureContractPrice({ contractId, name: `Contract ${contractId}`, price, interval: every });
}
