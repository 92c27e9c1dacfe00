/** A row that contradicts the rest of the ledger, named by its table and key. */
export interface Offender {
  readonly table: string;
  readonly id: string;
  readonly customerId: string | null;
  readonly problem: string;
}

/** A stretch of a table, small enough for one short snapshot. */
export interface Chunk {
  /** Every key from here (inclusive) … */
  readonly from: string;
  /** … to here (inclusive) belongs to the chunk, keys of rows that should not exist included. */
  readonly upto: string;
  /** The keys of the rows that do exist. */
  readonly ids: readonly string[];
}

/**
 * One thing that must be true, as a statement that answers the rows for which it is not: columns `table`, `id`,
 * `customer_id`, `problem`. Bindings: `:from`, `:upto`, `:ids` (the chunk), `:checkedAt`.
 */
export interface Check {
  readonly name: string;
  readonly sql: string;
  /** Asks about rows that name no customer, so it has no meaning for one. */
  readonly wholeLedgerOnly?: true;
  /** Speaks of rows that are not all written in one transaction: what offends is read again before it is named. */
  readonly secondLook?: true;
}

/** What a pass goes over, in the order of its key, and what it asks of every chunk. */
export interface Pass {
  readonly table: string;
  readonly key: string;
  /** The column that names the customer. */
  readonly owner: string;
  /** How many rows stand behind one of these; a chunk ends when they become many. */
  readonly weight: string;
  readonly checks: readonly Check[];
}
