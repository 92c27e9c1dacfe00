import type { Instant } from '../../domain/instants';
import { findStripeEvent, noteStripeEventAttempt } from '../../store/stripe-events';
import type { PaymentHint } from '../../workflows/payments/messages';
import type { ActivityDeps } from '../deps';
import { callForEvent } from '../payments/call-for-event';
import { acknowledgeEvents } from './acknowledge-events';
import { factsByObject, unlessUnreadable } from './payment-facts';

/**
 * Handles events that name a subscription or an order of ours that does not exist here. An event about something that has ended
 * at Stripe is acknowledged: an opening that was refused leaves such a closed checkout behind. For any other one there may be
 * money at Stripe, so the event stays in the inbox and raises an alarm.
 */
export async function refuseEvents(
  deps: ActivityDeps,
  {
    facts,
    subject,
    at,
  }: { readonly facts: readonly PaymentHint[]; readonly subject: string; readonly at: Instant },
): Promise<void> {
  for (const { fact, eventIds } of factsByObject(facts)) {
    const isOver = await unlessUnreadable(deps, eventIds, () => isOverAtStripe(deps, fact));
    if (isOver === undefined) continue;
    if (isOver) {
      await acknowledgeEvents(deps, { facts: eventIds.map((eventId) => ({ ...fact, eventId })), at });
      continue;
    }
    const problem = `it names ${subject}, which does not exist here, and ${fact.objectId} has not ended at Stripe`;
    for (const eventId of eventIds) {
      await noteStripeEventAttempt(deps.db, eventId, { error: problem, leadsNowhere: true });
      const event = await findStripeEvent(deps.db, eventId);
      if (event?.processedAt === null && event.dropped === null) await callForEvent(deps, event, at);
    }
  }
}

async function isOverAtStripe({ payments }: ActivityDeps, fact: PaymentHint): Promise<boolean> {
  const { objectId } = fact;
  switch (fact.objectType) {
    case 'checkout_session':
      return (await payments.getCheckoutSession(objectId)).status === 'expired';
    case 'invoice':
      return ['draft', 'void', 'uncollectible'].includes((await payments.getInvoice(objectId)).status);
    case 'subscription':
      return (await payments.getSubscription(objectId)).endedAt !== null;
    case 'payment':
      return (await payments.getPayment(objectId)).status !== 'succeeded';
    // Where no credits were granted, there are none to take back.
    case 'refund':
    case 'dispute':
    case 'credit_note':
      return true;
  }
}
