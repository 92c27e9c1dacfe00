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

/** Opens the checkout at Stripe and records the `incomplete` subscription. Idempotent by the subscription's id. */
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
  const { subscriptionId, customerId, plan, interval, collection, catalogVersion } = opening;
  const { policies } = await getCatalog(deps.db, catalogVersion);
  const checkout = await deps.payments.createSubscriptionCheckout({
    operationId: `checkout:${subscriptionId}`,
    customerId,
    stripeCustomerId: await ensureStripeCustomer(deps, customerId),
    subscriptionId,
    priceId: await getPriceId(deps.db, catalogVersion, { plan, interval }),
    successUrl: opening.successUrl ?? `${deps.publicUrl}/account`,
    cancelUrl: opening.cancelUrl ?? `${deps.publicUrl}/account`,
  });
  const graceMs = policies.graceHours * 3_600_000;
  return open({
    subscriptionId,
    customerId,
    plan,
    interval,
    collection,
    catalogVersion,
    graceMs,
    checkout,
    at,
  });
}
