import type { Instant } from '../../domain/instants';
import type { PaymentRoute, Unclaimed } from '../../payments/route-event';
import { findSubscriptionOfStripe } from '../../store/subscriptions';
import type { PaymentDestination } from '../../workflows/payments/messages';
import { compareInvoice, comparePayment, compareSession, findOwnerOfInvoice } from './compare-money';
import { compareSubscription } from './compare-subscriptions';
import { noFindings } from './findings';
import type { Inquirer, ReconcileDeps } from './inquirer';

/**
 * Looks at Stripe whose the object of an event is that says no id of ours. Answers the subscription that it is bound to; what is
 * bound to none and is ours all the same has somebody called for it, at once, or no longer.
 */
export async function claimEvent(
  deps: ReconcileDeps,
  { about, fact }: Extract<PaymentRoute, { to: 'unclaimed' }>,
  at: Instant,
): Promise<PaymentDestination | undefined> {
  const subscriptionId = await look({ deps, findings: noFindings(), at }, about);
  return subscriptionId === undefined ? undefined : { to: 'subscription', subscriptionId, fact };
}

async function look(inquirer: Inquirer, { kind, id }: Unclaimed): Promise<string | undefined> {
  const { deps } = inquirer;
  switch (kind) {
    case 'invoice': {
      const invoice = await deps.payments.getInvoice(id);
      const owner = await findOwnerOfInvoice(deps, invoice);
      if (owner === undefined && invoice.status === 'paid') await compareInvoice(inquirer, invoice);
      return owner?.subscriptionId;
    }
    case 'subscription': {
      const bound = await findSubscriptionOfStripe(deps.db, id);
      if (bound === undefined) await compareSubscription(inquirer, await deps.payments.getSubscription(id));
      return bound?.id;
    }
    case 'checkout_session':
      await compareSession(inquirer, await deps.payments.getCheckoutSession(id));
      return undefined;
    case 'payment':
      await comparePayment(inquirer, await deps.payments.getPayment(id));
      return undefined;
  }
}
