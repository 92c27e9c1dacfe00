import { linkOffenders, type LinkedAudit } from '../../api/operations/ledger/offender-links';
import { audit } from '../../audit/ledger/audit-ledger';
import { spendWorkflowId } from '../../domain/keys';
import { createTemporalClient, isWorkflowRunning } from '../../platform/temporal';
import { getRecordedCustomer } from '../../store/customers';
import { parseOptions } from './command';
import { findSurroundings, withDatabase } from './surroundings';

/** Audits the ledger, or one customer's part of it. Answers 1 when a check fails, and prints each offending row. */
export async function runAudit(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, { customer: { type: 'string' }, json: { type: 'boolean' } });
  const surroundings = findSurroundings();
  const ui = surroundings.temporalUi();
  const temporal = createTemporalClient(surroundings.temporal());
  try {
    const checkedAt = await surroundings.clock().now();
    const result = await withDatabase(surroundings.databaseUrl(), async (db) => {
      // All checks pass for a customer who does not exist, which would hide a mistyped id.
      if (values.customer !== undefined) await getRecordedCustomer(db, values.customer);
      const found = await audit(db, {
        customerId: values.customer,
        checkedAt,
        hasLiveWorkflow: (spendId) => isWorkflowRunning(temporal, spendWorkflowId(spendId)),
      });
      return linkOffenders(db, ui, found);
    });
    if (values.json === true) console.log(JSON.stringify(result));
    else print(result);
    return result.ok ? 0 : 1;
  } finally {
    await temporal.connection.close();
  }
}

function print({ ok, checkedAt, checks }: LinkedAudit): void {
  for (const check of checks) {
    console.log(`${check.ok ? 'ok  ' : 'FAIL'} ${check.name} (${String(check.checked)} checked)`);
    for (const { table, id, customerId, problem, workflowUrl } of check.offenders) {
      console.log(`     ${table} ${id}${customerId === null ? '' : ` of ${customerId}`}: ${problem}`);
      if (workflowUrl !== undefined) console.log(`     ${workflowUrl}`);
    }
  }
  console.log(ok ? `All checks passed, ${checkedAt}.` : `Some checks failed, ${checkedAt}.`);
}
