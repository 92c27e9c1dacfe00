import type { Interval, PlanId } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { Instant, Period } from '../instants';
import type { PaymentWithdrawals } from '../payments/refunds';
import type { AtStripe } from './at-stripe';
import type { Contract } from './contract';
import type { Duplicate } from './duplicate';
import type { AnsweredCommand } from './effects';
import type { PendingCommand } from './inputs';
import type { Era, PaidInterval } from './paid-cycles';
import type { PlanNames } from './plan-names';

export type SubscriptionStatus = 'incomplete' | 'active' | 'past_due' | 'paused' | 'canceled';

/** Plain JSON of bounded size: it is passed from run to run of the workflow and kept with the subscription's row. */
export interface SubscriptionState {
  readonly schemaVersion: 2;
  readonly subscriptionId: string;
  readonly customerId: string;
  /** The plan that was ordered last: the next renewal is charged for it. Grants follow the paid intervals instead. */
  readonly plan: PlanId;
  /** Since when that plan is ordered; a payment for a later period overrides it. */
  readonly orderedAt: Instant;
  /** What the ordered plan grants per cycle; null while it is not known. */
  readonly planCredits: Credits | null;
  readonly interval: Interval;
  /** What it is paid in (ISO 4217, lower case). Absent in states from before there were several: see `currencyOf`. */
  readonly currency?: string;
  readonly collection: 'checkout' | 'invoice';
  readonly catalogVersion: string;
  /** What the plans are called there. Absent in states from before they were kept. */
  readonly planNames?: PlanNames;
  /** How long a due but unpaid cycle leaves the subscription active; pinned from the catalog. */
  readonly graceMs: number;
  readonly checkout: Checkout | null;
  readonly contract: Contract | null;
  readonly stripeSubscriptionId: string | null;
  /** By number; the current one is the one with the latest anchor. */
  readonly eras: readonly Era[];
  /** In the order received: those with cycles still to grant, the last of the current era, and those whose era is unknown. */
  readonly intervals: readonly PaidInterval[];
  /** One entry for every payment of which money ever went back. */
  readonly withdrawals: readonly PaymentWithdrawals[];
  /** The start of the latest period whose payment is known to have failed. */
  readonly failedPeriodStart: Instant | null;
  /** The start of the latest period whose payment is under way: a bank debit takes days. */
  readonly pendingPeriodStart: Instant | null;
  /** The latest time that nobody is charged for: the period of a voided renewal, or a trial at Stripe. Half-open. */
  readonly waived: Period | null;
  /** Invoices of periods that start until then are still to be voided: their payment was under way and could not be stopped. */
  readonly unvoidedUntil: Instant | null;
  /** Its state at Stripe, as last read; null while it is not known. */
  readonly atStripe: AtStripe | null;
  /** The checkout ended without a payment. */
  readonly expired: boolean;
  /** When it ends or has ended: by a command, by the customer at Stripe, or after the last failed retry. */
  readonly cancelAt: Instant | null;
  /** The latest pause; it lasts while `to` is null. Half-open `[from, to)`. */
  readonly pause: Pause | null;
  /** The command whose calls are being carried out. */
  readonly command: PendingCommand | null;
  /** The answers of the latest commands, so that a repeat gets the first one. */
  readonly answers: readonly AnsweredCommand[];
  /** Of an imported subscription: until when it was paid for at its import. Absent for all others. */
  readonly importedThrough?: Instant;
  /** The catalog's ids of what its customer was granted once for ever by it. */
  readonly onceGranted: readonly string[];
  /** The trial that it was sold with; null when there is none. */
  readonly trial: Trial | null;
  /** Absent unless it was paid for beside another subscription. */
  readonly duplicate?: Duplicate;
  readonly createdAt: Instant;
  /** The latest instant seen; never goes back. */
  readonly at: Instant;
  /** Counts recorded changes, so that an older record never overwrites a newer one. */
  readonly revision: number;
}

/** Time at the beginning that is granted as paid without money. */
export interface Trial {
  readonly plan: PlanId;
  readonly days: number;
  /** When it ends or has ended; null before it begins. */
  readonly end: Instant | null;
}

/** Where the customer pays for the first time. */
export interface Checkout {
  readonly sessionId: string;
  readonly url: string;
  readonly expiresAt: Instant;
}

export interface Pause {
  readonly from: Instant;
  readonly to: Instant | null;
}

/** What a subscription is opened with. */
export type SubscriptionOpening = Pick<
  SubscriptionState,
  | 'subscriptionId'
  | 'customerId'
  | 'plan'
  | 'interval'
  | 'collection'
  | 'catalogVersion'
  | 'graceMs'
  | 'checkout'
  | 'planNames'
  | 'currency'
> & { readonly at: Instant; readonly contract?: Contract | null; readonly trialDays?: number };

/** The state as the first release wrote it: without commands, pauses and money that went back. */
export type FirstSubscriptionState = Omit<
  SubscriptionState,
  keyof typeof ADDED | keyof typeof ADDED_LATER | 'schemaVersion' | 'orderedAt'
> & {
  readonly schemaVersion: 1;
};

const ADDED = {
  planCredits: null,
  contract: null,
  withdrawals: [],
  cancelAt: null,
  pause: null,
  command: null,
  answers: [],
} satisfies Partial<SubscriptionState>;

/** Members that were added to the second shape later. */
const ADDED_LATER = {
  pendingPeriodStart: null,
  waived: null,
  unvoidedUntil: null,
  atStripe: null,
  onceGranted: [],
  trial: null,
} satisfies Partial<SubscriptionState>;

/** A state as any release has written it. */
export type StoredSubscriptionState =
  | FirstSubscriptionState
  | (Omit<SubscriptionState, keyof typeof ADDED_LATER> &
      Partial<Pick<SubscriptionState, keyof typeof ADDED_LATER>>);

/** A subscription that waits for its first payment. */
export function openSubscription(opening: SubscriptionOpening): SubscriptionState {
  return {
    ...ADDED,
    ...ADDED_LATER,
    schemaVersion: 2,
    subscriptionId: opening.subscriptionId,
    customerId: opening.customerId,
    plan: opening.plan,
    orderedAt: opening.at,
    planCredits: opening.contract?.credits ?? null,
    interval: opening.interval,
    ...(opening.currency === undefined ? {} : { currency: opening.currency }),
    collection: opening.collection,
    catalogVersion: opening.catalogVersion,
    ...(opening.planNames === undefined ? {} : { planNames: opening.planNames }),
    graceMs: opening.graceMs,
    checkout: opening.checkout,
    contract: opening.contract ?? null,
    trial: trialOf(opening),
    stripeSubscriptionId: null,
    eras: [],
    intervals: [],
    failedPeriodStart: null,
    expired: false,
    createdAt: opening.at,
    at: opening.at,
    revision: 1,
  };
}

function trialOf({ plan, trialDays: days = 0 }: SubscriptionOpening): Trial | null {
  return days === 0 ? null : { plan, days, end: null };
}

/** Reads a state that any release has written; members that an older one did not have get their empty values. */
export function readSubscriptionState(stored: StoredSubscriptionState): SubscriptionState {
  if (stored.schemaVersion === 2) return { ...ADDED_LATER, ...stored };
  return { ...stored, ...ADDED, ...ADDED_LATER, schemaVersion: 2, orderedAt: stored.createdAt };
}
