import { commandRowOf } from './command-row';
import type { Ledger } from './commands';
import { createLane } from './lane';

export interface LedgerOptions {
  /** The primary, as a member of the role scrip_app. */
  readonly databaseUrl: string;
  /** Connections with one batch in flight each; about one per core of the database is best. */
  readonly lanes?: number;
  /** Commands that may wait in each lane; more are refused as `unavailable`. */
  readonly queueMax?: number;
  /** The largest number of commands in one call. */
  readonly batchMax?: number;
}

/**
 * The ledger of one process. The commands of one wallet go through one lane, so they are applied in the order in which
 * they were submitted; the wallets' locks make it safe to run several processes.
 */
export function createLedger({
  databaseUrl,
  lanes = 2,
  queueMax = 5_000,
  batchMax = 256,
}: LedgerOptions): Ledger {
  const all = Array.from({ length: lanes }, () => createLane({ databaseUrl, queueMax, batchMax }));
  return {
    submit: async (command) => {
      const lane = all[hashOf(command.walletId) % lanes];
      if (lane === undefined) throw new RangeError('A ledger needs at least one lane');
      return lane.submit(JSON.stringify(commandRowOf(command)));
    },
    close: async () => {
      await Promise.all(all.map((lane) => lane.close()));
    },
  };
}

/** FNV-1a, 32 bits: spreads ids evenly and needs no key. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
