import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { fingerprintOf } from '../platform/fingerprint';
import type { ExpireCommand, Ledger, VoidCommand } from './commands';
import { query } from './query';

/** How much a sweep ended. */
export interface Swept {
  readonly holds: number;
  readonly lots: number;
}

/** A good number of commands for one batch. */
const PAGE_SIZE = 200;

/** Time alone brings no allowance: one that expires with its day would otherwise be followed by the next for ever. */
const NOBODY_CAME = [] as const;

interface DueRow {
  id: string;
  walletId: string;
  expiresAt: Instant;
}

/**
 * Ends what is due by `now` (inclusive): voids due external holds, then expires the free credits of due lots, each by an
 * ordinary command under its own key, so that any number of sweeps may run at once and repeat. A late sweep changes no
 * outcome: the ledger itself refuses to capture a hold past its end, and each end is recorded at its own instant, in the
 * order of the instants.
 */
export async function sweepExpired(db: Knex, ledger: Ledger, now: Instant): Promise<Swept> {
  const holds = await sweepPages(
    ledger,
    (after) => listDueHolds(db, now, after),
    (due) => expireHold(due, now),
  );
  const lots = await sweepPages(
    ledger,
    (after) => listDueLots(db, now, after),
    (due) => expireLot(due, now),
  );
  return { holds, lots };
}

/**
 * Ends what is due in one wallet before it is read, so that the answer is exact, however late the sweep is. Sends no
 * command when nothing is due.
 */
export async function expireDue(db: Knex, ledger: Ledger, walletId: string, now: Instant): Promise<void> {
  const [due] = await query<DueRow & { isHold: boolean }>(
    db,
    `SELECT d.* FROM ledger.wallets w CROSS JOIN LATERAL (
       SELECT id, wallet_id AS "walletId", expires_at AS "expiresAt", true AS "isHold" FROM ledger.holds
       WHERE wallet_id = w.id AND state = 'open' AND expires_at <= :now
       UNION ALL
       SELECT grant_id, wallet_id, expires_at, false FROM ledger.lots
       WHERE wallet_id = w.id AND spendable AND expires_at <= :now
     ) d WHERE w.id = :walletId AND w.due_at <= :now LIMIT 1`,
    { walletId, now },
  );
  // Before it applies a command the ledger ends everything that is due in the wallet, so one command is enough.
  if (due !== undefined) await ledger.submit(due.isHold ? expireHold(due, now) : expireLot(due, now));
}

/** The command that ends a hold past its end; callers that find such a hold before the sweep may send it too. */
export function expireHold(hold: { id: string; walletId: string }, now: Instant): VoidCommand {
  return {
    op: 'void',
    key: `expire_hold:${hold.id}`,
    fingerprint: fingerprintOf({ expireHold: hold.id }),
    walletId: hold.walletId,
    holdId: hold.id,
    expired: true,
    reason: 'The hold expired',
    effectiveAt: now,
    allowances: NOBODY_CAME,
  };
}

function expireLot(lot: DueRow, now: Instant): ExpireCommand {
  return {
    op: 'expire',
    key: `expire:${lot.id}:${lot.expiresAt}`,
    fingerprint: fingerprintOf({ expire: lot.id, at: lot.expiresAt }),
    walletId: lot.walletId,
    grantId: lot.id,
    effectiveAt: now,
    allowances: NOBODY_CAME,
  };
}

/** Continues after the last row of a page, whatever its outcome, so that no row can keep the sweep busy for ever. */
async function sweepPages(
  ledger: Ledger,
  listPage: (after: DueRow | undefined) => Promise<readonly DueRow[]>,
  commandOf: (due: DueRow) => VoidCommand | ExpireCommand,
): Promise<number> {
  let applied = 0;
  let after: DueRow | undefined;
  for (;;) {
    const page = await listPage(after);
    const results = await Promise.all(page.map((due) => ledger.submit(commandOf(due))));
    applied += results.filter(({ outcome, replayed }) => outcome === 'applied' && !replayed).length;
    if (page.length < PAGE_SIZE) return applied;
    after = page.at(-1);
  }
}

async function listDueHolds(db: Knex, now: Instant, after: DueRow | undefined): Promise<readonly DueRow[]> {
  return query<DueRow>(
    db,
    `SELECT id, wallet_id AS "walletId", expires_at AS "expiresAt" FROM ledger.holds
     WHERE state = 'open' AND expires_at <= :now
       AND (expires_at, id) > (coalesce(:afterAt::timestamptz, '-infinity'), :afterId)
     ORDER BY expires_at, id LIMIT :limit`,
    { now, afterAt: after?.expiresAt ?? null, afterId: after?.id ?? '', limit: PAGE_SIZE },
  );
}

async function listDueLots(db: Knex, now: Instant, after: DueRow | undefined): Promise<readonly DueRow[]> {
  return query<DueRow>(
    db,
    `SELECT grant_id AS id, wallet_id AS "walletId", expires_at AS "expiresAt" FROM ledger.lots
     WHERE spendable AND expires_at <= :now
       AND (expires_at, grant_id) > (coalesce(:afterAt::timestamptz, '-infinity'), :afterId)
     ORDER BY expires_at, grant_id LIMIT :limit`,
    { now, afterAt: after?.expiresAt ?? null, afterId: after?.id ?? '', limit: PAGE_SIZE },
  );
}

/** When the next hold or lot ends that has not been ended yet, which may be in the past; null when none has an end. */
export async function findNextExpiry(db: Knex): Promise<Instant | null> {
  const [row] = await query<{ at: Instant | null }>(
    db,
    `SELECT least(
       (SELECT min(expires_at) FROM ledger.holds WHERE state = 'open'),
       (SELECT min(expires_at) FROM ledger.lots WHERE spendable)) AS at`,
    {},
  );
  return row?.at ?? null;
}
