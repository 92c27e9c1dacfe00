import { setTimeout as delay } from 'node:timers/promises';
import type { Knex } from 'knex';
import { listSpendsById, type Spend } from '../../../store/spends';

/** Tells of spends that change. */
export interface SpendWatch {
  /**
   * The spend as soon as it differs from the one given; undefined after `ms` or when the signal is aborted. It reads
   * what is committed, so it also learns of what another process did.
   */
  next(spend: Spend, wait: { readonly ms: number; readonly signal: AbortSignal }): Promise<Spend | undefined>;
}

interface Watcher {
  readonly seen: Spend;
  readonly tell: (spend: Spend) => void;
}

/**
 * How often changes are looked for. However many wait, it is one statement by primary key; a NOTIFY in the ledger's
 * transaction instead would make all commits wait for one another.
 */
const INTERVAL_MS = 100;

/** A watch that reads only while somebody waits. */
export function createSpendWatch(db: Knex): SpendWatch {
  const watchers = new Set<Watcher>();
  let reading = false;

  async function read(): Promise<void> {
    reading = true;
    try {
      while (watchers.size > 0) {
        const ids = [...new Set([...watchers].map(({ seen }) => seen.id))];
        const spends = new Map((await listSpendsById(db, ids)).map((spend) => [spend.id, spend]));
        for (const { seen, tell } of watchers) {
          const now = spends.get(seen.id);
          if (now !== undefined && hasChanged(seen, now)) tell(now);
        }
        await delay(INTERVAL_MS);
      }
    } catch {
      // Whoever waits has a deadline of its own and is then answered with what it knew; the next one reads again.
    } finally {
      reading = false;
    }
  }

  return {
    next: (seen, { ms, signal }) =>
      new Promise((resolve) => {
        const finish = (spend: Spend | undefined): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          watchers.delete(watcher);
          resolve(spend);
        };
        const giveUp = (): void => finish(undefined);
        const watcher = { seen, tell: finish };
        const timer = setTimeout(giveUp, ms);
        if (signal.aborted) {
          giveUp();
          return;
        }
        signal.addEventListener('abort', giveUp);
        watchers.add(watcher);
        if (!reading) void read();
      }),
  };
}

function hasChanged(before: Spend, after: Spend): boolean {
  return (
    before.status !== after.status || before.updatedAt !== after.updatedAt || before.heardAt !== after.heardAt
  );
}
