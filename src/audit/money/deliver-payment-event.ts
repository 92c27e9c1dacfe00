import type { ActivityDeps } from '../../activities/deps';
import { unlessUnreadable } from '../../activities/payments/payment-facts';
import type { PaymentEvent } from '../../payments/payments';
import { findDestination, type PaymentRoute } from '../../payments/route-event';
import { askTemporal } from '../../platform/ask-temporal';
import { markStripeEventProcessed } from '../../store/stripe-events';
import { paymentFactDelivery, type PaymentDestination } from '../../workflows/payments/messages';

/**
 * `told`: its workflow has it now, and processes it. `done`: it concerns nobody here, so it is processed. `unclaimed`: it says no
 * id of ours, and nobody has looked whose it is. `unreadable`: the reason is on its row. `later`: something cannot be reached.
 */
export type Delivery = 'told' | 'done' | 'unclaimed' | 'unreadable' | 'later';

type Unclaimed = Extract<PaymentRoute, { to: 'unclaimed' }>;

/**
 * Brings an event of the inbox to its workflow; whoever hears of an event delivers it by this, and repeating it does no harm.
 * `claim` finds out whose an event is that says no id of ours; without it such an event stays in the inbox. Never throws: what
 * will not pass (no such object, an event that cannot be read) is noted on the event, which comes back ever later; when Stripe,
 * Temporal or the database cannot be reached, the event stays as it is. Either way the inbox brings it again.
 */
export async function deliverPaymentEvent(
  deps: Pick<ActivityDeps, 'db' | 'clock' | 'logger' | 'payments' | 'temporal'>,
  event: PaymentEvent,
  claim?: (unclaimed: Unclaimed) => Promise<PaymentDestination | undefined>,
): Promise<Delivery> {
  const { eventId } = event;
  try {
    return (await unlessUnreadable(deps, [eventId], () => bring(deps, event, claim))) ?? 'unreadable';
  } catch (error) {
    deps.logger.warn({ err: error, eventId }, 'a payment event waits in the inbox');
    return 'later';
  }
}

async function bring(
  { db, temporal, payments, clock }: Pick<ActivityDeps, 'db' | 'clock' | 'payments' | 'temporal'>,
  event: PaymentEvent,
  claim: ((unclaimed: Unclaimed) => Promise<PaymentDestination | undefined>) | undefined,
): Promise<Delivery> {
  const route = await findDestination(payments, event);
  if (route.to === 'unclaimed' && claim === undefined) return 'unclaimed';
  const destination = route.to === 'unclaimed' ? await claim?.(route) : route;
  if (destination === undefined || destination.to === 'nobody') {
    await markStripeEventProcessed(db, event.eventId, await clock.now());
    return 'done';
  }
  const [workflow, options] = paymentFactDelivery(destination);
  await askTemporal(temporal, () => temporal.workflow.signalWithStart(workflow, options));
  return 'told';
}
