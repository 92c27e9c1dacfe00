import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { LedgerOutcome, LedgerReply } from './commands';
import { query } from './query';

/** The ledger's recorded answer to a key, which never changes. */
export interface RecordedCommand {
  /** Of the answered request; a different request under the same key is refused as `idempotency_key_reused`. */
  readonly fingerprint: string;
  readonly outcome: LedgerOutcome;
  readonly reply: LedgerReply;
}

interface CommandRow {
  fingerprint: string;
  outcome: LedgerOutcome;
  available: LedgerReply['available'];
  held: LedgerReply['held'];
  owed: LedgerReply['owed'];
  effective_at: Instant;
  reply: Partial<LedgerReply> | null;
}

/** The command recorded under a key, refusals included; undefined when the key is unknown. */
export async function findRecordedCommand(db: Knex, key: string): Promise<RecordedCommand | undefined> {
  const [row] = await query<CommandRow>(
    db,
    `SELECT fingerprint, outcome, available, held, owed, effective_at, reply FROM ledger.commands WHERE key = :key`,
    { key },
  );
  if (row === undefined) return undefined;
  const { fingerprint, outcome, available, held, owed, effective_at: effectiveAt, reply } = row;
  return { fingerprint, outcome, reply: { ...reply, available, held, owed, effectiveAt } };
}
