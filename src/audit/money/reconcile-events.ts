import type { ActivityDeps } from '../../activities/deps';
import { epochMsOf, instantOf, type Instant } from '../../domain/instants';
import { receiveStripeEvent } from '../../store/stripe-events';

const DAY_MS = 86_400_000;
/** Stripe keeps events for thirty days; the first second of the oldest day may be gone. */
const KEPT_MS = 30 * DAY_MS - 60_000;
/** An event may come into the list some time after it was made. */
const OVERLAP_MS = 3_600_000;

/** How many events were read, and how many of them the webhook had not brought. */
export interface ReconciledEvents {
  readonly read: number;
  readonly added: number;
}

/**
 * Puts every event since an instant (null: as far back as Stripe keeps them) into the inbox that the webhook fills; from
 * there they take the ordinary way. Idempotent by the events' ids.
 */
export async function reconcileEvents(
  { db, payments, logger }: Pick<ActivityDeps, 'db' | 'payments' | 'logger'>,
  { since, now }: { readonly since: Instant | null; readonly now: Instant },
): Promise<ReconciledEvents> {
  const oldest = epochMsOf(now) - KEPT_MS;
  const from = since === null ? oldest : Math.max(oldest, epochMsOf(since) - OVERLAP_MS);
  let read = 0;
  let added = 0;
  for await (const event of payments.listEvents(instantOf(from))) {
    read += 1;
    if (await receiveStripeEvent(db, event, now)) added += 1;
  }
  if (added > 0) logger.warn({ read, added }, 'the webhook had not brought every event');
  return { read, added };
}
