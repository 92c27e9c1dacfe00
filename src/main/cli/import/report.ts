import type { Instant } from '../../../domain/instants';
import { viewOf, type SubscriptionState } from '../../../domain/subscription';
import type { Subscription } from '../../../store/subscriptions';
import type { Arrival } from './arrival';
import type { CheckedSubscribers } from './check-subscribers';
import type { BadLine } from './read-subscribers';

/** What an import has done, or would do. */
export interface ImportReport {
  readonly ok: boolean;
  /** False for a dry run and when a line is bad: then nothing has changed. */
  readonly imported: boolean;
  readonly customers: {
    readonly new: number;
    readonly known: number;
    /** Those of the known who were given the credits of a newcomer once, and keep them. */
    readonly welcomed: number;
  };
  /** What was not granted by an earlier import. */
  readonly credits: number;
  readonly subscriptions: { readonly new: number; readonly known: number };
  /** Without money: by what is paid for already; with it: when the renewal is paid. */
  readonly nextGrants: readonly NextGrant[];
  readonly bad: readonly BadLine[];
}

interface NextGrant {
  readonly externalId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly at: Instant;
  readonly credits: number;
  readonly isPaid: boolean;
}

export function reportOf({
  arrivals,
  bad,
  isImported,
}: CheckedSubscribers & { readonly isImported: boolean }): ImportReport {
  const paying = arrivals.filter(({ subscriber }) => subscriber.paid !== null);
  const known = arrivals.filter(({ customer }) => customer !== undefined);
  return {
    ok: bad.length === 0,
    imported: isImported,
    customers: {
      new: arrivals.length - known.length,
      known: known.length,
      welcomed: known.filter(({ isWelcomed }) => isWelcomed).length,
    },
    credits: arrivals
      .filter(({ isGranted }) => !isGranted)
      .reduce((sum, { subscriber }) => sum + subscriber.unusedAllowance, 0),
    subscriptions: {
      new: paying.filter(({ subscription }) => subscription === undefined).length,
      known: paying.filter(({ subscription }) => subscription !== undefined).length,
    },
    nextGrants: paying.flatMap((arrival) => nextGrantOf(arrival) ?? []),
    bad,
  };
}

/** Of a subscription that an earlier import has made, as it is now; else as it will be. */
function nextGrantOf(arrival: Arrival): NextGrant | null {
  const { subscriber, customerId, subscriptionId, subscription, imported } = arrival;
  const { at, credits, paidThrough } =
    subscription === undefined ? plannedGrant(imported.subscription) : recordedGrant(subscription);
  if (at === null || credits === null) return null;
  const isPaid = paidThrough !== null && at < paidThrough;
  return { externalId: subscriber.externalId, customerId, subscriptionId, at, credits, isPaid };
}

function plannedGrant(state: SubscriptionState | null) {
  const { nextGrant = null, paidThrough = null } = state === null ? {} : viewOf(state);
  return { at: nextGrant?.at ?? null, credits: nextGrant?.credits ?? null, paidThrough };
}

function recordedGrant({ nextGrantAt: at, nextGrantCredits: credits, paidThrough }: Subscription) {
  return { at, credits, paidThrough };
}

/** Bad lines go to standard error, so that they are seen whatever becomes of the rest. */
export function printReport({
  imported,
  customers,
  credits,
  subscriptions,
  nextGrants,
  bad,
}: ImportReport): void {
  for (const { line, faults } of bad) console.error(`line ${String(line)}: ${faults.join('; ')}`);
  if (bad.length > 0) {
    console.error(`${String(bad.length)} bad ${bad.length === 1 ? 'line' : 'lines'}. Nothing was imported.`);
    return;
  }
  for (const { at, credits: granted, externalId, isPaid } of nextGrants) {
    console.log(`${at}  ${String(granted)} credits for ${externalId}${isPaid ? '' : ', when it is paid'}`);
  }
  const { welcomed } = customers;
  console.log(
    [
      `${String(customers.new)} new customers, ${String(customers.known)} known`,
      ...(welcomed === 0 ? [] : [`${String(welcomed)} of them keep a newcomer's credits besides`]),
      `${String(credits)} credits to grant`,
      `${String(subscriptions.new)} new subscriptions, ${String(subscriptions.known)} known`,
    ].join('; '),
  );
  console.log(imported ? 'Imported.' : 'A dry run: nothing was imported.');
}
