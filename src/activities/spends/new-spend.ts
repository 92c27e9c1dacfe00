import { plus } from '../../domain/durations';
import type { Instant } from '../../domain/instants';
import { spendWorkflowId } from '../../domain/keys';
import type { SpendPlan } from '../../domain/spends/plan-spend';
import type { SpendFacts } from '../../domain/spends/spend-facts';
import type { Spend } from '../../store/spends';
import type { SpendInput } from '../../workflows/spends/messages';

/** A spend as it begins, with all that its settlement needs of the catalog of this moment. */
export function newSpend(
  { spendId, customerId, request }: SpendInput,
  {
    facts: { action, catalog },
    plan,
    at,
  }: { readonly facts: SpendFacts; readonly plan: SpendPlan; readonly at: Instant },
): Spend {
  return {
    id: spendId,
    customerId,
    action: action.id,
    input: request.input,
    runs: action.runs,
    delivers: action.delivers,
    status: 'reserved',
    unitCredits: plan.unitCredits,
    quantity: plan.quantity,
    unit: action.unit,
    reserved: plan.credits,
    captured: 0,
    released: 0,
    catalogVersion: catalog.version,
    rights: plan.rights,
    result: null,
    output: null,
    failure: null,
    deadlineAt: action.runs === 'nothing' ? null : plus(at, action.deadline),
    silence: action.runs === 'external' ? action.silence : null,
    heardAt: null,
    progress: null,
    shortfall: null,
    costMinor: null,
    costCurrency: null,
    settledInput: null,
    endedBy: null,
    workflowId: spendWorkflowId(spendId),
    createdAt: at,
    updatedAt: at,
  };
}
