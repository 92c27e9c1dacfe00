import type { Spend, SpendRow } from '../../store/spends';

/** The row of a spend as it is in the table, for a record that changes some of it. */
export function spendRowOf(spend: Spend): SpendRow {
  return {
    id: spend.id,
    customer_id: spend.customerId,
    action: spend.action,
    input: spend.input,
    status: spend.status,
    unit_credits: spend.unitCredits,
    quantity: spend.quantity,
    reserved: spend.reserved,
    captured: spend.captured,
    released: spend.released,
    catalog_version: spend.catalogVersion,
    rights: spend.rights,
    result: spend.result,
    failure: spend.failure,
    workflow_id: spend.workflowId,
    created_at: spend.createdAt,
    updated_at: spend.updatedAt,
  };
}
