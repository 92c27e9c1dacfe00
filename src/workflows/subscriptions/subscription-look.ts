import { plus, type Duration } from '../../domain/durations';
import { plusMs, type Instant } from '../../domain/instants';
import { duplicateEndsAt } from '../../domain/subscriptions/duplicate';
import { callsWhileRecorded, coveredThroughOf, viewOf } from '../../domain/subscriptions/subscription';
import type { OpenedShell } from './subscription-shell';

/** How long after its end an unpaid checkout is read, in case its event was lost. */
const CHECKOUT_MARGIN_MS = 3_600_000;
const DAY = 'P1D' as Duration;

/**
 * The watchdog: when everything is read at Stripe although no hint came. For a checkout, once it has ended; for a period that
 * is due and not paid, when its grace ends, and then every day; for invoices still to be voided, every day; for an invoiced
 * subscription with recorded payments, once in every cycle, because Stripe may have billed meanwhile; for the money of a
 * duplicate, every day until it is returned, and when it must have arrived. Null while there is no reason to look.
 */
export function nextLookAt({ state, lookedAt }: OpenedShell): Instant | null {
  const { status, currentPeriod } = viewOf(state);
  const through = coveredThroughOf(state);
  const again = lookedAt === null ? null : dayAfter(lookedAt);
  if (state.duplicate !== undefined) {
    return duplicateEndsAt(state.duplicate) ?? later(state.duplicate.since, again);
  }
  if (status === 'incomplete') {
    if (state.checkout === null) return null;
    return later(plusMs(state.checkout.expiresAt, CHECKOUT_MARGIN_MS), again);
  }
  if (currentPeriod !== null && callsWhileRecorded(state).length > 0) {
    const billedAt = plusMs(currentPeriod.start, state.graceMs);
    return lookedAt !== null && lookedAt >= billedAt ? null : billedAt;
  }
  if (state.unvoidedUntil !== null) return again ?? dayAfter(state.unvoidedUntil);
  const waits = status === 'active' || status === 'past_due';
  if (!waits || through === null || state.stripeSubscriptionId === null) return null;
  const worry = plusMs(through, state.graceMs);
  return later(worry, again);
}

function dayAfter(at: Instant): Instant {
  return plus(at, DAY);
}

function later(one: Instant, other: Instant | null): Instant {
  return other !== null && other > one ? other : one;
}
