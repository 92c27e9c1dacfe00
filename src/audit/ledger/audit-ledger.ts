import type { Knex } from 'knex';
import type { Instant } from '../../domain/instants';
import { query } from '../../ledger/query';
import type { Check, Chunk, Offender, Pass } from './check';
import { findHoldsWithoutWorkflow, type HasLiveWorkflow } from './live-workflows';
import { HOLDS_TABLE, PASSES } from './passes';
import { firstKey, readChunk } from './read-chunk';
import { startRollupTally, type RollupTally } from './rollup-tally';

export interface AuditOptions {
  /** One customer; all of them when undefined. */
  readonly customerId?: string | undefined;
  readonly checkedAt: Instant;
  readonly hasLiveWorkflow: HasLiveWorkflow;
}

export interface AuditCheck {
  readonly name: string;
  readonly ok: boolean;
  /** How many rows of its table the check has read. */
  readonly checked: number;
  /** At most a thousand of them, so that a badly damaged ledger does not fill the memory. */
  readonly offenders: readonly Offender[];
}

export interface Audit {
  readonly ok: boolean;
  readonly checkedAt: Instant;
  readonly checks: readonly AuditCheck[];
}

const OFFENDERS_MAX = 1000;
const WORKFLOWS_CHECK = 'open_holds_have_workflows';
const ROLLUPS_CHECK = 'rollups_equal_rows';

interface Finding {
  checked: number;
  offenders: Offender[];
}

/**
 * Audits the ledger, or one customer's part of it: wallets, journal, lots and holds agree; every grant has its key and its
 * payment; spends, orders, payments and licences agree with them; every open hold of a spend has a running workflow. It trusts
 * no constraint, since those may have been switched off, and names each offending row.
 *
 * Works while writes go on: every identity holds within one wallet, hold or order, so each chunk is proved in a short
 * snapshot of its own, and the totals of the chunks add up. Reads the primary.
 */
export async function audit(db: Knex, options: AuditOptions): Promise<Audit> {
  const findings = new Map<string, Finding>();
  // Sums over all customers cannot be checked for one customer.
  const tally = options.customerId === undefined ? await inSnapshot(db, startRollupTally) : undefined;
  for (const pass of PASSES) await runPass(db, pass, options, findings, tally);
  if (tally !== undefined) {
    const { checked, offenders } = tally.compare();
    note(findings, ROLLUPS_CHECK, checked, offenders);
  }
  await lookAgain(db, options, findings);
  const checks = [...findings].map(([name, finding]) => ({
    name,
    ok: finding.offenders.length === 0,
    ...finding,
  }));
  return { ok: checks.every(({ ok }) => ok), checkedAt: options.checkedAt, checks };
}

async function runPass(
  db: Knex,
  pass: Pass,
  options: AuditOptions,
  findings: Map<string, Finding>,
  tally: RollupTally | undefined,
): Promise<void> {
  const { customerId } = options;
  const checks = pass.checks.filter((check) => customerId === undefined || check.wholeLedgerOnly !== true);
  let from: string | undefined = firstKey(pass, customerId);
  while (from !== undefined) {
    const start: string = from;
    const chunk = await inSnapshot(db, async (snapshot) => {
      const page = await readChunk(snapshot, pass, start, customerId);
      for (const check of checks) {
        note(findings, check.name, page.ids.length, await runCheck(snapshot, check, page, options.checkedAt));
      }
      await tally?.add(snapshot, pass.table, page);
      return page;
    });
    if (pass.table === HOLDS_TABLE) {
      const { checked, offenders } = await findHoldsWithoutWorkflow(db, chunk.ids, options.hasLiveWorkflow);
      note(findings, WORKFLOWS_CHECK, checked, offenders);
    }
    from = chunk.next;
  }
}

async function runCheck(
  db: Knex,
  check: Check,
  chunk: Chunk,
  checkedAt: Instant,
): Promise<readonly Offender[]> {
  const { from, upto, ids } = chunk;
  return query<Offender>(
    db,
    `SELECT "table", id, customer_id AS "customerId", problem FROM (${check.sql}) offenders LIMIT :offendersMax`,
    { from, upto, ids, checkedAt, offendersMax: OFFENDERS_MAX },
  );
}

function note(
  findings: Map<string, Finding>,
  name: string,
  checked: number,
  offenders: readonly Offender[],
): void {
  const finding = findings.get(name) ?? { checked: 0, offenders: [] };
  finding.checked += checked;
  finding.offenders.push(...offenders.slice(0, OFFENDERS_MAX - finding.offenders.length));
  findings.set(name, finding);
}

/** Reads offenders again and keeps those that still offend; for checks whose rows are not written in one transaction. */
async function lookAgain(db: Knex, options: AuditOptions, findings: Map<string, Finding>): Promise<void> {
  for (const check of PASSES.flatMap(({ checks }) => checks).filter(
    ({ secondLook }) => secondLook === true,
  )) {
    const finding = findings.get(check.name);
    if (finding === undefined || finding.offenders.length === 0) continue;
    const ids = finding.offenders.map(({ id }) => id);
    finding.offenders = [...(await runCheck(db, check, { from: '', upto: '', ids }, options.checkedAt))];
  }
}

/** One view of the data for all checks of a chunk, short enough not to hold back vacuum. */
function inSnapshot<Result>(db: Knex, read: (snapshot: Knex) => Promise<Result>): Promise<Result> {
  return db.transaction(
    async (transaction) => {
      // A single wallet with millions of rows takes longer than the API's statement timeout.
      await transaction.raw("SET LOCAL statement_timeout = '10min'");
      return read(transaction);
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}
