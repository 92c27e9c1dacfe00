import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import { epochMsOf, type Instant, plusMs } from '../domain/instants';
import type { StoreRecord } from '../ledger/commands';
import { beingErased } from './customers';
import type { SubscriptionStatus } from './subscriptions';
import { writeRecords } from './write-records';

/** That somebody begins to subscribe, before anything is opened. */
export interface Opening {
  readonly subscriptionId: string;
  readonly customerId: string;
  /** By the customer's own token, and not by an integrating server. */
  readonly byPortal: boolean;
  readonly at: Instant;
}

/** A subscription of the same customer that an opening finds. */
export interface OtherSubscription {
  readonly id: string;
  readonly status: Exclude<SubscriptionStatus, 'canceled'>;
}

/** How often a customer's own tokens may begin in an hour: each opening is work at Stripe. */
const BY_PORTAL_MAX = 10;
const HOUR_MS = 3_600_000;

/**
 * Registers an opening under a lock of the customer's row, so that whoever reads its own position reads every earlier opening
 * too. Throws `state_conflict` while the customer is being erased, and `rate_limited` with `retryAfterSeconds` when their
 * tokens have begun too many within an hour. Idempotent by the subscription's id; a repeat counts for nothing.
 */
export async function registerOpening(db: Knex, opening: Opening): Promise<void> {
  const { subscriptionId, customerId, byPortal, at } = opening;
  await db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { erasing_at: Instant | null }[] }>(
      'SELECT erasing_at FROM app.customers WHERE id = ? FOR NO KEY UPDATE',
      [customerId],
    );
    const known = await trx<{ subscription_id: string }>('app.subscription_openings')
      .where({ subscription_id: subscriptionId })
      .first('subscription_id');
    if (known !== undefined) return;
    if ((rows[0]?.erasing_at ?? null) !== null) throw beingErased();
    if (byPortal) await assertFew(trx, customerId, at);
    await trx('app.subscription_openings').insert({
      subscription_id: subscriptionId,
      customer_id: customerId,
      by_portal: byPortal,
      opened_at: at,
    });
  });
}

async function assertFew(db: Knex, customerId: string, at: Instant): Promise<void> {
  const rows = await db<{ customer_id: string; by_portal: boolean; opened_at: Instant }>(
    'app.subscription_openings',
  )
    .where({ customer_id: customerId, by_portal: true })
    .where('opened_at', '>', plusMs(at, -HOUR_MS))
    .orderBy('opened_at', 'desc')
    .limit(BY_PORTAL_MAX)
    .select('opened_at');
  const oldest = rows[BY_PORTAL_MAX - 1];
  if (oldest === undefined) return;
  const leavesInMs = epochMsOf(oldest.opened_at) + HOUR_MS - epochMsOf(at);
  const retryAfterSeconds = Math.max(1, Math.ceil(leavesInMs / 1_000));
  throw new DomainError(
    'rate_limited',
    `A customer opens at most ${String(BY_PORTAL_MAX)} subscriptions an hour.`,
    { retryAfterSeconds },
  );
}

/**
 * Marks every earlier opening of the customer as replaced, and then answers the customer's other subscriptions in whose way
 * this one stands: those that are paid for, whenever they were opened, and those that are not, if they were opened earlier.
 * What is not among them has not been recorded, and will not be: see `recordOpening`. Idempotent.
 */
export async function replaceEarlierOpenings(
  db: Knex,
  { subscriptionId, customerId }: Pick<Opening, 'subscriptionId' | 'customerId'>,
): Promise<readonly OtherSubscription[]> {
  await db.raw(
    `UPDATE app.subscription_openings SET replaced_by = :subscriptionId
     WHERE customer_id = :customerId AND replaced_by IS NULL AND position <
       (SELECT position FROM app.subscription_openings WHERE subscription_id = :subscriptionId)`,
    { subscriptionId, customerId },
  );
  // A statement of its own, so that it sees whatever was recorded before the marks were set.
  const { rows } = await db.raw<{ rows: OtherSubscription[] }>(
    `SELECT s.id, s.status
     FROM app.subscriptions s
     JOIN app.subscription_openings own ON own.subscription_id = :subscriptionId
     LEFT JOIN app.subscription_openings o ON o.subscription_id = s.id
     WHERE s.customer_id = :customerId AND s.id <> :subscriptionId AND s.status <> 'canceled'
       AND (s.status <> 'incomplete' OR o.position IS NULL OR o.position < own.position)
     ORDER BY s.status = 'incomplete', s.created_at DESC, s.id`,
    { subscriptionId, customerId },
  );
  return rows;
}

/**
 * Records the subscription that was opened, unless a later opening has replaced it meanwhile: then false, and nothing is
 * recorded. The mark and the record take the lock of one row, so either the later one finds the record, or this finds its mark.
 */
export async function recordOpening(db: Knex, subscriptionId: string, record: StoreRecord): Promise<boolean> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { replaced_by: string | null }[] }>(
      'SELECT replaced_by FROM app.subscription_openings WHERE subscription_id = ? FOR UPDATE',
      [subscriptionId],
    );
    if ((rows[0]?.replaced_by ?? null) !== null) return false;
    await writeRecords(trx, [record]);
    return true;
  });
}
