import { plusMs, type Instant } from '../../domain/instants';
import { compareSubscriptions } from './compare-subscriptions';
import { endAlarms } from './end-alarms';
import { findAbandonedHolds } from './find-abandoned-holds';
import { findMissingPayments } from './find-missing-payments';
import { findMissingWithdrawals } from './find-missing-withdrawals';
import { findUnbackedCredits } from './find-unbacked-credits';
import { findUnreadEvents } from './find-unread-events';
import { noFindings, type Findings } from './findings';
import type { ReconcileDeps } from './inquirer';

const DAY_MS = 86_400_000;
/** More than a month, so that every period is compared at least once when it is paid. */
const PAYMENTS_DAYS = 35;
/** A dispute may take some months until it is decided. */
const WITHDRAWALS_DAYS = 120;

/**
 * Compares what Stripe holds with what Scrip holds, in both directions, whatever events there were. Money that is missing
 * here takes the ordinary way; for money that nothing was granted for, credits that no money stands behind and holds that
 * nobody works on somebody is called. Safe to repeat, and to run in several places at once.
 */
export async function reconcileState(deps: ReconcileDeps, now: Instant): Promise<Findings> {
  const inquirer = { deps, findings: noFindings(), at: now };
  await compareSubscriptions(inquirer);
  await findMissingPayments(inquirer, daysBefore(now, PAYMENTS_DAYS));
  await findMissingWithdrawals(inquirer, daysBefore(now, WITHDRAWALS_DAYS));
  await findUnbackedCredits(inquirer);
  await findAbandonedHolds(inquirer);
  await findUnreadEvents(inquirer);
  await endAlarms(inquirer);
  return inquirer.findings;
}

function daysBefore(now: Instant, days: number): Instant {
  return plusMs(now, -days * DAY_MS);
}
