import { isDeepStrictEqual } from 'node:util';
import { silence } from '../../activities/alarms';
import { isBoundTo } from '../../activities/payments/stripe-customer';
import { atStripe } from '../../activities/subscriptions/read-subscription-payments';
import { subscriptionWorkflowId } from '../../domain/keys';
import type { SubscriptionState } from '../../domain/subscriptions/subscription';
import type { SubscriptionFact } from '../../payments/payments';
import { findSubscriptionOfStripe, findSubscriptionState, listLiveAtStripe } from '../../store/subscriptions';
import { callPerson, compareOne, hint, type Inquirer } from './inquirer';
import { whoseIs } from './whose-money';

/** Stripe's words for a subscription that takes money, or is going to. */
const CHARGING = ['active', 'trialing', 'past_due', 'unpaid', 'paused'];

/** Every subscription at Stripe against what is known of it here, and every one that runs here against Stripe. */
export async function compareSubscriptions(inquirer: Inquirer): Promise<void> {
  const { payments, db } = inquirer.deps;
  const there = new Set<string>();
  for await (const subscription of payments.listSubscriptions()) {
    const id = subscription.stripeSubscriptionId;
    there.add(id);
    await compareOne(inquirer, { kind: 'subscription', id, customerId: null }, () =>
      compareSubscription(inquirer, subscription),
    );
  }
  for (const { id, customerId, stripeSubscriptionId } of await listLiveAtStripe(db)) {
    if (there.has(stripeSubscriptionId)) continue;
    await callPerson(inquirer, {
      kind: 'subscription',
      id,
      customerId,
      alarm: 'unknown_subscription',
      workflowId: subscriptionWorkflowId(id),
      problem: `it runs here, but Stripe has no subscription ${stripeSubscriptionId}`,
      todo: 'Check that this is the right Stripe account. If it is, cancel the subscription here: nobody can be charged for it.',
    });
  }
}

/**
 * One subscription at Stripe: what has changed there is told to the workflow of ours that it is bound to; for one that is
 * nobody's here, and of a customer or at a price of ours, somebody is called.
 */
export async function compareSubscription(inquirer: Inquirer, subscription: SubscriptionFact): Promise<void> {
  const { deps, at } = inquirer;
  const { stripeSubscriptionId: id } = subscription;
  const owner = await findOwner(inquirer, subscription);
  const alarm = { kind: 'unknown_subscription', subject: id } as const;
  if (owner !== undefined) {
    await silence(deps, alarm, at);
    const seen = await atStripe(deps, owner, subscription);
    const isOver = owner.duplicate !== undefined && subscription.endedAt !== null;
    if (isOver || isDeepStrictEqual(seen, owner.atStripe)) return;
    const fact = { objectType: 'subscription', objectId: id } as const;
    await hint(deps, { to: 'subscription', subscriptionId: owner.subscriptionId, fact });
    return;
  }
  const priceIds = subscription.items.map(({ priceId }) => priceId);
  const { stripeCustomerId, currentPeriod, cancelAt } = subscription;
  const whose = await whoseIs(deps, { stripeCustomerId, priceIds });
  if (!whose.isOurs || !CHARGING.includes(subscription.status)) {
    await silence(deps, alarm, at);
    return;
  }
  const until = cancelAt === null ? 'charges again' : `ends at ${cancelAt} and may charge before`;
  await callPerson(inquirer, {
    kind: 'subscription',
    id,
    customerId: whose.customerId,
    alarm: 'unknown_subscription',
    workflowId: null,
    problem: `at Stripe ${id} sells ${priceIds.join(', ')} to ${whose.customerId ?? stripeCustomerId}, and it is unknown here: its payments grant nothing`,
    todo: `It ${until}; its period ends at ${currentPeriod.end}. Cancel it at Stripe and refund its invoices there. For the plan, the customer subscribes here.`,
  });
}

/** By the subscription at Stripe that ours is bound to; one of ours that is bound to none yet, by what the metadata says. */
async function findOwner(
  { deps }: Inquirer,
  subscription: SubscriptionFact,
): Promise<SubscriptionState | undefined> {
  const bound = await findSubscriptionOfStripe(deps.db, subscription.stripeSubscriptionId);
  if (bound !== undefined) return findSubscriptionState(deps.db, bound.id);
  if (subscription.subscriptionId === null) return undefined;
  const named = await findSubscriptionState(deps.db, subscription.subscriptionId);
  const isFree = named !== undefined && named.stripeSubscriptionId === null;
  return isFree && (await isBoundTo(deps, named.customerId, subscription)) ? named : undefined;
}
