import type { Knex } from 'knex';

/** A subscription that is about to become paid for. */
export interface ActivationClaim {
  readonly customerId: string;
  readonly subscriptionId: string;
  /** Of its record before that. */
  readonly revision: number;
}

/**
 * Claims for a subscription that it is the one its customer has. Answers null when it is, else the one that has it. A claim
 * passes on only when its holder's record says `canceled` by a later revision than that of the claim: one that was given up,
 * and is paid all the same, claims first and says `active` afterwards. Idempotent by the subscription's id.
 */
export async function claimActivation(db: Knex, claim: ActivationClaim): Promise<string | null> {
  const { rows } = await db.raw<{ rows: readonly unknown[] }>(
    `INSERT INTO app.subscription_claims AS c (customer_id, subscription_id, claimed_revision)
     SELECT :customerId, :subscriptionId, :revision
     WHERE NOT EXISTS (${OTHER_LIVE})
     ON CONFLICT (customer_id) DO UPDATE SET
       subscription_id = EXCLUDED.subscription_id,
       claimed_revision = CASE WHEN c.subscription_id = EXCLUDED.subscription_id
         THEN greatest(c.claimed_revision, EXCLUDED.claimed_revision) ELSE EXCLUDED.claimed_revision END
     WHERE c.subscription_id = EXCLUDED.subscription_id OR EXISTS (
       SELECT FROM app.subscriptions s
       WHERE s.id = c.subscription_id AND s.status = 'canceled' AND s.revision > c.claimed_revision)
     RETURNING 1`,
    { ...claim },
  );
  if (rows.length > 0) return null;
  const { rows: holders } = await db.raw<{ rows: readonly { id: string }[] }>(
    `SELECT id FROM (${OTHER_LIVE}) live
     UNION ALL
     SELECT subscription_id FROM app.subscription_claims
     WHERE customer_id = :customerId AND subscription_id <> :subscriptionId
     LIMIT 1`,
    { customerId: claim.customerId, subscriptionId: claim.subscriptionId },
  );
  const holder = holders[0];
  // Whoever stood in the way has just ended.
  return holder === undefined ? claimActivation(db, claim) : holder.id;
}

/** Every live one has its claim; but a worker of an older release may have let one become live without. */
const OTHER_LIVE = `SELECT s.id FROM app.subscriptions s
  WHERE s.customer_id = :customerId AND s.id <> :subscriptionId AND s.status IN ('active', 'past_due', 'paused')`;
