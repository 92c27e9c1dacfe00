import type { Knex } from 'knex';
import type { Audit, AuditCheck } from '../../../audit/ledger/audit-ledger';
import { workflowIdOf } from '../../../domain/keys';
import type { TemporalUi } from '../../../platform/temporal-ui';
import { listOwnersOfRows } from '../../../store/owners-of-rows';

type Offender = AuditCheck['offenders'][number];

/** An audit with the page of the workflow for every offending row that a workflow wrote. */
export interface LinkedAudit extends Omit<Audit, 'checks'> {
  readonly checks: readonly (Omit<AuditCheck, 'offenders'> & {
    readonly offenders: readonly (Offender & { readonly workflowUrl?: string })[];
  })[];
}

/** Links the offenders of an audit to their workflows: a hold to its spend's, a payment to that of what it paid for. */
export async function linkOffenders(
  db: Knex,
  ui: TemporalUi | undefined,
  audit: Audit,
): Promise<LinkedAudit> {
  if (ui === undefined || audit.ok) return audit;
  const owners = await listOwnersOfRows(
    db,
    audit.checks.flatMap(({ offenders }) => offenders.map(({ id }) => id)),
  );
  const link = (offender: Offender) => {
    const workflowId = workflowIdOf(owners.get(offender.id) ?? offender.id);
    return workflowId === undefined ? offender : { ...offender, workflowUrl: ui.workflow(workflowId) };
  };
  const checks = audit.checks.map((check) => ({ ...check, offenders: check.offenders.map(link) }));
  return { ...audit, checks };
}
