import type { Knex } from 'knex';
import type { Catalog } from '../domain/catalog/catalog';
import { moneyIn } from '../domain/catalog/money';
import type { Instant } from '../domain/instants';
import { migrationKey, signupKey } from '../domain/keys';
import { importSubscriber, type Imported } from '../domain/subscriptions/import';
import type { ImportLine } from '../domain/subscriptions/import-line';
import { findRecordedCommand } from '../ledger/find-recorded-command';
import type { Payments } from '../payments/payments';
import { fingerprintOf } from '../platform/fingerprint';
import { deriveId, newId } from '../platform/ids';
import { findCustomerByExternalId, findCustomerOfStripe, type Customer } from '../store/customers';
import {
  findLiveSubscription,
  findSubscription,
  findSubscriptionOfStripe,
  type Subscription,
} from '../store/subscriptions';
import { faultsAtStripe, type AtStripe } from './at-stripe';

/** A subscriber to import, and what an earlier import has already done for them. */
export interface Arrival {
  readonly subscriber: ImportLine;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly imported: Imported;
  /** Of the opening grant: the same line gives the same fingerprint. */
  readonly fingerprint: string;
  /** As recorded before this import; undefined for a new customer. */
  readonly customer: Customer | undefined;
  readonly isGranted: boolean;
  /** Was granted sign-up credits before the import, and keeps them. */
  readonly isWelcomed: boolean;
  /** The subscription that an earlier import created, as it is now. */
  readonly subscription: Subscription | undefined;
  /** The subscription at Stripe does not carry our id yet. */
  readonly isToBeAdopted: boolean;
}

export interface ArrivalDeps {
  readonly db: Knex;
  readonly payments: Pick<Payments, 'getSubscription' | 'hasCustomer'>;
  readonly catalog: Catalog;
  readonly now: Instant;
}

export type CheckedArrival =
  | { readonly outcome: 'good'; readonly arrival: Arrival }
  | { readonly outcome: 'bad'; readonly faults: readonly string[] };

/** Checks a line against what Scrip and Stripe already know. Changes nothing. */
export async function checkArrival(deps: ArrivalDeps, subscriber: ImportLine): Promise<CheckedArrival> {
  const { db, catalog, now: at } = deps;
  const arrival = await loadArrival(deps, subscriber);
  const { customerId, subscriptionId, subscription } = arrival;
  const paid = subscriber.paid;
  const atStripe = await faultsAtStripe(deps.payments, subscriber, arrival);
  const currency = atStripe?.currency ?? null;
  const faults = [
    ...((arrival.customer?.erasingAt ?? null) === null ? [] : ['the customer is being erased']),
    ...faultsOfRepeat(arrival, await findRecordedCommand(db, migrationKey(customerId))),
    ...(await faultsOfBinding(db, arrival)),
    ...(atStripe?.faults ?? []),
    ...faultsOfCurrency(catalog, paid, currency),
  ];
  const live = paid === null ? undefined : await findLiveSubscription(db, customerId);
  if (live !== undefined && subscription === undefined)
    faults.push(`the customer already has a subscription, ${live.id}`);
  if (faults.length > 0) return { outcome: 'bad', faults };
  const imported = importSubscriber(subscriber, { customerId, subscriptionId, catalog, currency, at });
  return { outcome: 'good', arrival: { ...arrival, imported, isToBeAdopted: isToBeAdopted(atStripe) } };
}

/** What is billed at Stripe already goes on in its currency, so that the plan must be sold in it. */
function faultsOfCurrency(
  { plans }: Catalog,
  paid: ImportLine['paid'],
  currency: string | null,
): readonly string[] {
  const price = paid === null ? undefined : plans.get(paid.plan)?.prices[paid.interval];
  if (price === undefined || currency === null || moneyIn(price.amounts, currency) !== null) return [];
  return [`stripe_subscription is billed in ${currency}, and the plan is not sold in that`];
}

function isToBeAdopted(atStripe: AtStripe | null): boolean {
  return atStripe?.isAdopted === false;
}

async function loadArrival(
  { db, catalog, now }: ArrivalDeps,
  subscriber: ImportLine,
): Promise<Omit<Arrival, 'isToBeAdopted'>> {
  const customer = await findCustomerByExternalId(db, subscriber.externalId);
  // A new customer's id reveals nothing about who they are; a repeated import finds it by the recorded external id.
  const customerId = customer?.id ?? newId('cus');
  const subscriptionId = deriveId('sub', 'import', customerId);
  const [subscription, granted, welcomed] = await Promise.all([
    findSubscription(db, subscriptionId),
    findRecordedCommand(db, migrationKey(customerId)),
    findRecordedCommand(db, signupKey(customerId)),
  ]);
  return {
    subscriber,
    customerId,
    subscriptionId,
    imported: importSubscriber(subscriber, {
      customerId,
      subscriptionId,
      catalog,
      currency: null,
      at: now,
    }),
    fingerprint: fingerprintOf({ migration: customerId, credits: subscriber.unusedAllowance }),
    customer,
    isGranted: granted?.outcome === 'applied',
    isWelcomed: welcomed?.outcome === 'applied',
    subscription,
  };
}

/** A line that was already imported with other content is refused: only half of a change could be applied. */
function faultsOfRepeat(
  { imported, fingerprint, subscription, subscriber }: Omit<Arrival, 'isToBeAdopted'>,
  granted: { readonly fingerprint: string } | undefined,
): string[] {
  const isOtherGrant =
    granted === undefined
      ? subscription !== undefined && imported.openingGrant !== null
      : granted.fingerprint !== fingerprint;
  const before = subscription?.stripeSubscriptionId ?? null;
  const isOtherSubscription =
    subscription !== undefined && before !== (subscriber.paid?.stripeSubscription ?? null);
  return [
    ...(isOtherGrant ? ['was imported before with a different unused_allowance'] : []),
    ...(isOtherSubscription ? ['was imported before with a different stripe_subscription'] : []),
  ];
}

async function faultsOfBinding(
  db: Knex,
  { subscriber, customer, customerId, subscriptionId }: Omit<Arrival, 'isToBeAdopted'>,
): Promise<string[]> {
  const { stripeCustomer, paid } = subscriber;
  const stripeSubscription = paid?.stripeSubscription ?? null;
  const [boundCustomer, boundSubscription] = await Promise.all([
    stripeCustomer === null ? undefined : findCustomerOfStripe(db, stripeCustomer),
    stripeSubscription === null ? undefined : findSubscriptionOfStripe(db, stripeSubscription),
  ]);
  const known = customer?.stripeCustomerId ?? null;
  return [
    ...(boundCustomer === undefined || boundCustomer.id === customerId
      ? []
      : ['stripe_customer is bound to another customer']),
    ...(known === null || stripeCustomer === null || known === stripeCustomer
      ? []
      : [`the customer is already bound to ${known}, not to stripe_customer`]),
    ...(boundSubscription === undefined || boundSubscription.id === subscriptionId
      ? []
      : ['stripe_subscription is bound to another subscription']),
  ];
}
