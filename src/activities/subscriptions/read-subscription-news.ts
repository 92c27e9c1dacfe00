import { type SubscriptionState, type Reader } from '../../domain/subscriptions/subscription';
import type { ActivityDeps } from '../deps';
import { isOwnInvoice, readInvoice, type PaymentReading } from './invoice-steps';
import { readSubscription, readSubscriptionPayments } from './read-subscription-payments';

/** Older ones were read when they were new, or the reconciler brings them. */
const INVOICES_MAX = 12;

/**
 * Reads at Stripe all that may have become of a subscription lately, unasked: its checkout while nothing is paid, then its
 * latest invoices, oldest first, and itself. For whoever acts on it now, or has waited too long for a hint.
 */
export async function readSubscriptionNews(
  deps: ActivityDeps,
  {
    reader,
    checkout,
    stripeSubscriptionId,
  }: { readonly reader: Reader } & Pick<SubscriptionState, 'checkout' | 'stripeSubscriptionId'>,
): Promise<readonly PaymentReading[]> {
  if (stripeSubscriptionId === null) {
    if (checkout === null) return [];
    const fact = { eventId: '', objectType: 'checkout_session', objectId: checkout.sessionId } as const;
    return withoutEvents(await readSubscriptionPayments(deps, { reader, facts: [fact] }));
  }
  const invoices = await deps.payments.listSubscriptionInvoices(stripeSubscriptionId);
  const readings: PaymentReading[] = [];
  for (const invoice of invoices.slice(0, INVOICES_MAX).reverse()) {
    if (await isOwnInvoice(deps, reader, invoice)) {
      readings.push({ ...(await readInvoice(deps, reader, invoice)), eventIds: [] });
    }
  }
  const itself = await readSubscription(deps, reader, stripeSubscriptionId);
  return [...readings, { ...itself, eventIds: [] }];
}

function withoutEvents(readings: readonly PaymentReading[]): readonly PaymentReading[] {
  return readings.map((reading) => ({ ...reading, eventIds: [] }));
}
