import { DomainError } from '../../domain/errors';
import type { Instant } from '../../domain/instants';
import { refused, type Refusal, type Refused } from '../../domain/refusal';
import { runsOf } from '../../domain/spends/began-before';
import { planSpend, type SpendPlan } from '../../domain/spends/plan-spend';
import type { SpendFacts } from '../../domain/spends/spend-facts';
import { canTrain } from '../../jobs/jobs';
import { beingErased, getRecordedCustomer } from '../../store/customers';
import { loadSpendFacts, loadSpendTerms } from '../../store/spend-facts';
import type { SpendInput } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';

/** A spend that may begin, or why it may not. */
export type Judged =
  | { readonly allowed: true; readonly facts: SpendFacts; readonly plan: SpendPlan }
  | { readonly allowed: false; readonly answer: Refused };

/**
 * Judges a spend for good, by the customer's plan and catalog version of this moment: they may have changed since the API admitted it.
 * Nothing begins for who is erased or being erased.
 */
export async function judgeSpend(
  deps: Pick<ActivityDeps, 'db' | 'jobs'>,
  spend: SpendInput,
  at: Instant,
): Promise<Judged> {
  const { customerId, request } = spend;
  const { erasingAt } = await getRecordedCustomer(deps.db, customerId);
  if (erasingAt !== null) return refusedBy(beingErased());
  const terms = await loadSpendTerms(deps.db, { customerId, at });
  const action = terms.catalog.actions.get(request.action);
  if (action === undefined || action.runs !== runsOf(spend))
    return refusedBy(notSoldAsAsked(request.action, terms.catalog.version));
  const faults = action.input.faultsOf(request.input);
  if (faults.length > 0)
    return refusedBy(new DomainError('invalid_request', `The body is not valid: ${faults.join('; ')}.`));
  const facts = await loadSpendFacts(deps.db, customerId, { ...terms, action, input: request.input });
  try {
    const plan = planSpend(request.input, { ...facts, trainable: canTrain(deps.jobs) });
    return plan.allowed ? { allowed: true, facts, plan } : refusedBy(plan);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'price_not_computable') return refusedBy(error);
    throw error;
  }
}

function refusedBy(refusal: Refusal): Judged {
  return { allowed: false, answer: refused(refusal) };
}

/** The catalog has changed in the moment between the admission and the hold. */
function notSoldAsAsked(action: string, version: string): DomainError {
  const message = `Catalog ${version} does not sell ${action} as it was asked for. Send the spend again under another Idempotency-Key.`;
  return new DomainError('not_sold', message, { version });
}
