import type { Contract } from '../domain/contract';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { openSubscription as open, type SubscriptionState } from '../domain/subscription';
import { getCatalog, getPriceId } from '../store/catalogs';
import { subscriptionRecord, writeRecords } from '../store/records';
import type { OpenAnswer, OpenSubscription } from '../workflows/messages';
import type { ActivityDeps } from './deps';
import { refusalOf } from './refusal';
import { ensureStripeCustomer } from './stripe-customer';
import { subscriptionRowOf } from './subscription-row';

export interface Opened {
  readonly answer: OpenAnswer;
  /** Null when it was refused. */
  readonly state: SubscriptionState | null;
}

/** Opens the checkout at Stripe, or bills a contract, and records the `incomplete` subscription. Idempotent by the subscription's id. */
export async function openSubscription(
  deps: ActivityDeps,
  { opening, at }: { opening: OpenSubscription; at: Instant },
): Promise<Opened> {
  try {
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
  if (contract !== undefined) {
    const stripeSubscriptionId = await openByInvoice(deps, opening, contract);
    return { ...open({ ...terms, checkout: null, contract }), stripeSubscriptionId };
  }
  if (collection === 'invoice') {
    throw new DomainError('contract_required', 'Only a contract is paid by invoice.', {
      contact: policies.contactAddress,
    });
  }
  const checkout = await deps.payments.createSubscriptionCheckout({
    operationId: `checkout:${subscriptionId}`,
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await getPriceId(deps.db, catalogVersion, { plan, interval }),
    successUrl: opening.successUrl ?? `${deps.publicUrl}/account`,
    cancelUrl: opening.cancelUrl ?? `${deps.publicUrl}/account`,
  });
  return open({ ...terms, checkout });
}

/** How long the customer has for an invoice of a contract. */
const DAYS_UNTIL_DUE = 30;

async function openByInvoice(
  deps: ActivityDeps,
  { subscriptionId, customerId }: OpenSubscription,
  contract: Contract,
): Promise<string> {
  const { contractId, price, interval } = contract;
  const { stripeSubscriptionId } = await deps.payments.createInvoicedSubscription({
    operationId: `contract:${subscriptionId}`,
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await deps.payments.ensureContractPrice({
      contractId,
      name: `Contract ${contractId}`,
      price,
      interval,
    }),
    daysUntilDue: DAYS_UNTIL_DUE,
  });
  return stripeSubscriptionId;
}
