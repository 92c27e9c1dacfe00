import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import { deliverUnprocessedEvents } from '../../src/activities/deliver-payment-event';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import type { Ledger } from '../../src/ledger/commands';
import { sweepExpired } from '../../src/ledger/sweep-expired';
import type { Payments } from '../../src/payments/payments';
import type { Clock } from '../../src/platform/clock';
import type { Logger } from '../../src/platform/logger';
import { findNextStripeEventTry } from '../../src/store/stripe-events';
import type { StripeSimulator } from '../stripe-simulator/simulator';

/** An event is the webhook's to deliver first; what is older was missed. As in the worker. */
const INBOX_AGE_MS = 10_000;

/**
 * Carries out what is due outside of the workflows, and answers when more will be: expiries, then what happens at Stripe
 * with its webhooks, then the events that were received and not brought to their workflow.
 */
export function createCarryOutDue(parts: {
  readonly simulator: StripeSimulator;
  readonly db: Knex;
  readonly ledger: Ledger;
  readonly payments: Payments;
  readonly temporal: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}): (now: Instant) => Promise<Instant | null> {
  const { simulator, db, ledger } = parts;
  return async (now) => {
    const swept = await sweepExpired(db, ledger, now);
    const nextAtStripe = await simulator.carryOutDue(now);
    await deliverUnprocessedEvents(parts, shift(now, -INBOX_AGE_MS));
    const nextTry = await findNextStripeEventTry(db);
    const nexts = [swept.nextDueAt, nextAtStripe, nextTry === null ? null : shift(nextTry, INBOX_AGE_MS + 1)];
    return nexts.reduce(
      (first, next) => (first === null || (next !== null && next < first) ? next : first),
      null,
    );
  };
}

function shift(instant: Instant, ms: number): Instant {
  return instantOf(epochMsOf(instant) + ms);
}
