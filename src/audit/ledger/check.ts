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
 * One thing that must be true, as a statement that answers the rows that violate it: columns `table`, `id`,
 * `customer_id`, `problem`. Bindings: `:from`, `:upto`, `:ids` (the chunk), `:checkedAt`.
 */
export interface Check {
  readonly name: string;
  readonly sql: string;
  /** Checks rows without a customer, so it is skipped in the audit of one customer. */
  readonly wholeLedgerOnly?: true;
  /** Compares rows that are not all written in one transaction: offenders are read again before they are named. */
  readonly secondLook?: true;
}

/** The table that a pass reads, in the order of its key, and the checks for every chunk. */
export interface Pass {
  readonly table: string;
  readonly key: string;
  /** The column that names the customer. */
  readonly owner: string;
  /** How many other rows belong to one row; a chunk ends when there are many. */
  readonly weight: string;
  readonly checks: readonly Check[];
}
