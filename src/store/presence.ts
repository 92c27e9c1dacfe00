import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { isAway, type Presence } from '../domain/spends/silence';

/** The one part whose presence is kept. */
const PART = 'api';

interface PresenceRow {
  part: string;
  up_since: Instant;
  seen_at: Instant;
}

/** Notes that the API can be reached now. After a gap its presence begins anew. Several processes are one presence. */
export async function recordPresence(db: Knex, at: Instant): Promise<void> {
  const begun = { part: PART, up_since: at, seen_at: at };
  await db.transaction(async (trx) => {
    await trx<PresenceRow>('app.presence').insert(begun).onConflict('part').ignore();
    const row = await trx<PresenceRow>('app.presence').where({ part: PART }).forUpdate().first();
    if (row === undefined || row.seen_at >= at) return;
    const upSince = isAway(presenceOf(row), at) ? at : row.up_since;
    await trx<PresenceRow>('app.presence').where({ part: PART }).update({ up_since: upSince, seen_at: at });
  });
}

/** The presence of the API; undefined where none is kept. */
export async function findPresence(db: Knex): Promise<Presence | undefined> {
  const row = await db<PresenceRow>('app.presence').where({ part: PART }).first();
  return row === undefined ? undefined : presenceOf(row);
}

function presenceOf({ up_since, seen_at }: PresenceRow): Presence {
  return { upSince: up_since, seenAt: seen_at };
}
