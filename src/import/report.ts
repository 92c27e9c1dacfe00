import type { Instant } from '../domain/instants';
import { viewOf, type SubscriptionState } from '../domain/subscriptions/subscription';
import type { Subscription } from '../store/subscriptions';
import type { Arrival } from './arrival';
import type { CheckedSubscribers } from './check-subscribers';
import type { BadLine } from './read-subscribers';

/** What an import did or, as a dry run, would do. */
export interface ImportReport {
  readonly ok: boolean;
  /** False for a dry run or when a line is bad: then nothing has changed. */
  readonly imported: boolean;
  readonly customers: {
    readonly new: number;
    readonly known: number;
    /** Known customers who were granted sign-up credits, which they keep. */
    readonly welcomed: number;
  };
  /** Without those that an earlier import granted. */
  readonly credits: number;
  readonly subscriptions: { readonly new: number; readonly known: number };
  /** `isPaid`: already paid for; otherwise granted once the renewal is paid. */
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

/** As recorded now for a subscription that an earlier import created; otherwise as planned. */
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

/** The report in words, a line each. `problems`: why nothing was imported; then there is nothing else to say. */
export function linesOfReport(report: ImportReport): {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
} {
  const { imported, nextGrants, bad } = report;
  if (bad.length > 0) {
    const count = `${String(bad.length)} bad ${bad.length === 1 ? 'line' : 'lines'}. Nothing was imported.`;
    const faulty = bad.map(({ line, faults }) => `line ${String(line)}: ${faults.join('; ')}`);
    return { lines: [], problems: [...faulty, count] };
  }
  const ending = imported ? 'Imported.' : 'Dry run: nothing was imported.';
  return { lines: [...nextGrants.map(lineOfGrant), lineOfCounts(report), ending], problems: [] };
}

function lineOfGrant({ at, credits, externalId, isPaid }: NextGrant): string {
  return `${at}  ${String(credits)} credits for ${externalId}${isPaid ? '' : ', once it is paid'}`;
}

function lineOfCounts({ customers, credits, subscriptions }: ImportReport): string {
  const { welcomed } = customers;
  return [
    `customers: ${String(customers.new)} new, ${String(customers.known)} existing`,
    ...(welcomed === 0 ? [] : [`existing customers who keep sign-up credits: ${String(welcomed)}`]),
    `credits to grant: ${String(credits)}`,
    `subscriptions: ${String(subscriptions.new)} new, ${String(subscriptions.known)} existing`,
  ].join('; ');
}
