import type { Instant } from './instants';

/** What a person is called for. Each ends by itself when its cause is gone. */
export const ALARM_KINDS = [
  /** Money at Stripe of a customer of ours, or for a price of ours, that is neither granted nor given back. */
  'unclaimed_money',
  /** A subscription at Stripe of a customer of ours, or at a price of ours, that nobody here knows. */
  'unknown_subscription',
  /** A subscription of ours is at Stripe what nothing here stands for. */
  'subscription_differs',
  /** A customer paid for a second subscription: it was canceled, and its money is on its way back. */
  'second_subscription',
  /** A payment, grant or clawback of ours that Stripe does not stand behind. */
  'unbacked_credits',
  /** An event of Stripe that could not be taken in for a day. */
  'unread_event',
  /** Credits are held for a spend that nobody works on. */
  'abandoned_hold',
  /** The job provider has accepted a job and says nothing of it. */
  'silent_job',
  /** Something at Stripe cannot be read, and so not be compared. */
  'unreadable',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** What rings an alarm, and what a person is to do about it. */
export interface AlarmCause {
  readonly kind: AlarmKind;
  /** The id of what it is about: ours, or Stripe's. */
  readonly subject: string;
  /** Null where it is not known. */
  readonly customerId: string | null;
  /** The workflow that it is about; null when there is none. */
  readonly workflowId: string | null;
  /** What is wrong and what to do, in whole sentences, without personal data. */
  readonly todo: string;
}

export interface Alarm extends AlarmCause {
  readonly id: string;
  readonly since: Instant;
}
