import type { Instant } from '../domain/instants';
import { commandRowOf } from './command-row';
import type { Allowance, Ledger, LedgerCommand, LedgerResult } from './commands';
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
  /**
   * The allowances of a wallet's plan at an instant. Asked once for every command that brings none along, before it is
   * queued; an error of it is the command's. Absent: there are none.
   */
  readonly allowancesOf?: (walletId: string, at: Instant) => Promise<readonly Allowance[]>;
}

/**
 * The ledger of one process. The commands of one wallet go through one lane, so they are applied in the order in which
 * they were submitted (or their allowances were found); the wallets' locks make it safe to run several processes.
 */
export function createLedger({
  databaseUrl,
  lanes = 2,
  queueMax = 5_000,
  batchMax = 256,
  allowancesOf,
}: LedgerOptions): Ledger {
  const all = Array.from({ length: lanes }, () => createLane({ databaseUrl, queueMax, batchMax }));
  const queue = async (command: LedgerCommand): Promise<LedgerResult> => {
    const lane = all[hashOf(command.walletId) % lanes];
    if (lane === undefined) throw new RangeError('A ledger needs at least one lane');
    return lane.submit(JSON.stringify(commandRowOf(command)));
  };
  const asking = new Set<Promise<LedgerResult>>();
  const askAndQueue = async (find: NonNullable<typeof allowancesOf>, command: LedgerCommand) =>
    queue({ ...command, allowances: await find(command.walletId, command.effectiveAt) });
  return {
    submit: async (command) => {
      if (allowancesOf === undefined || command.allowances !== undefined) return queue(command);
      const answer = askAndQueue(allowancesOf, command);
      asking.add(answer);
      return answer.finally(() => asking.delete(answer));
    },
    close: async () => {
      // Whoever waits for allowances is in flight as well.
      await Promise.allSettled(asking);
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
