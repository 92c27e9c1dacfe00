import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import { deliverUnprocessedEvents } from '../../src/chores/deliver-payment-event';
import { noticeAllCredits } from '../../src/activities/top-ups/notice-credits';
import { carryOutReconciliations } from '../../src/audit/money/carry-out-reconciliations';
import { epochMsOf, instantOf, plusMs, type Instant } from '../../src/domain/instants';
import type { AllowancesOf } from '../../src/store/allowances';
import type { Ledger } from '../../src/ledger/commands';
import { sweepExpired } from '../../src/ledger/sweep-expired';
import type { Payments } from '../../src/payments/payments';
import type { Clock } from '../../src/platform/clock';
import type { Logger } from '../../src/platform/logger';
import { listTopUpCustomers } from '../../src/store/auto-top-ups';
import { findNextStripeEventTry } from '../../src/store/stripe-events';
import type { StripeSimulator } from '../stripe-simulator/simulator';

/** An event is the webhook's to deliver first; what is older was missed. As in the worker. */
const INBOX_AGE_MS = 10_000;
const DAY_MS = 86_400_000;

/**
 * Carries out what is due outside of the workflows, and answers when more will be: expiries, then what happens at Stripe
 * with its webhooks, then the comparison with Stripe, then the events that were received and not brought to their workflow,
 * then automatic top-ups.
 */
export function createCarryOutDue(parts: {
  readonly simulator: StripeSimulator;
  readonly db: Knex;
  readonly ledger: Ledger;
  readonly allowancesOf: AllowancesOf;
  readonly payments: Payments;
  readonly temporal: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}): (now: Instant) => Promise<Instant | null> {
  const { simulator, db, ledger } = parts;
  let nextLook: Instant | null = null;

  /** Answers when to look again: never, as long as nobody has a top-up. */
  async function lookAtCredits(now: Instant): Promise<Instant | null> {
    const isWanted = (await listTopUpCustomers(db, { after: '', limit: 1 })).length > 0;
    if (!isWanted) return null;
    if (nextLook === null || nextLook <= now) {
      await noticeAllCredits(parts);
      nextLook = nextDay(now);
    }
    return nextLook;
  }

  return async (now) => {
    const swept = await sweepExpired(db, ledger, now);
    const nextAtStripe = await simulator.carryOutDue(now);
    const nextReconciliation = await carryOutReconciliations(parts, now, simulator.firstEventSince);
    await deliverUnprocessedEvents(parts, plusMs(now, -INBOX_AGE_MS));
    const nextTry = await findNextStripeEventTry(db);
    const nextDelivery = nextTry === null ? null : plusMs(nextTry, INBOX_AGE_MS + 1);
    const nexts = [swept.nextDueAt, nextAtStripe, nextReconciliation, nextDelivery, await lookAtCredits(now)];
    return nexts.filter((next) => next !== null).sort()[0] ?? null;
  };
}

/**
 * Who has too little is noticed at once; what was missed is looked for when a day of UTC begins, for with the first of a
 * month a new maximum begins too.
 */
function nextDay(now: Instant): Instant {
  return instantOf((Math.floor(epochMsOf(now) / DAY_MS) + 1) * DAY_MS);
}
