import { priceOf } from '../../../domain/catalog/price';
import { DomainError } from '../../../domain/errors';
import type { WorkReport } from '../../../domain/spends/external-end';
import { isTerminal } from '../../../domain/spends/spend';
import { askTemporal } from '../../../platform/ask-temporal';
import { deriveId } from '../../../platform/ids';
import { getCatalog } from '../../../store/catalogs';
import type { StoredAnswer } from '../../../store/requests';
import { getSpend, type Spend } from '../../../store/spends';
import { recordReport } from '../../../store/work-reports';
import { reportUpdate, type ReportedWork } from '../../../workflows/spends/messages';
import { answerOnce, refusal } from '../../answer-once';
import type { ApiDeps } from '../../deps';
import type { Call, Reply } from '../../http/operation';
import { assertStorable, invalidInput } from './spend-request';
import { spendView } from './spend-view';

/** How long the workflow may take to settle. It goes on whoever still waits. */
const SETTLE_MS_MAX = 10_000;

/**
 * Ends external work as the integrator reports it. The report is recorded before the workflow is told, so that it counts even when
 * that cannot be told now: the answer is then `unavailable`, and the workflow finds the report by itself. Under one key the first
 * answer stays; another key is refused with `state_conflict` once the spend has ended.
 */
export async function reportWork<Query, Body>(
  call: Call<Query, Body>,
  deps: ApiDeps,
  { spend, report }: { readonly spend: Spend; readonly report: WorkReport },
): Promise<Reply> {
  const operation = report.says === 'completed' ? 'complete_spend' : 'fail_spend';
  const id = deriveId('rpt', spend.customerId, operation, call.idempotencyKey);
  return answerOnce(call, deps, {
    customerId: spend.customerId,
    operation,
    content: { spendId: spend.id, ...report },
    authorize: () => assertFit(deps, spend, report),
    admit: () => {
      assertWaiting(spend);
      return Promise.resolve();
    },
    work: () => settle(deps, spend, { id, report }),
  });
}

/** Throws `state_conflict` for a spend that does not wait for its integrator. */
export function assertWaiting(spend: Spend): void {
  const { id, runs, status } = spend;
  if (runs === 'external' && !isTerminal(status)) return;
  throw runs === 'external' ? hasEnded(spend) : notExternal(id);
}

function notExternal(id: string): DomainError {
  const message = `The work of ${id} is not done by the integrator, so there is nothing to report of it.`;
  return new DomainError('state_conflict', message, { spendId: id });
}

function hasEnded({ id, status, failure }: Spend): DomainError {
  const why = failure === null ? '' : ` (${failure.code})`;
  const message = `${id} has ended already: ${status}${why}. Nothing that is reported now changes it.`;
  return new DomainError('state_conflict', message, { spendId: id, status });
}

/** Throws `invalid_request` and `price_not_computable` for a report that does not fit what is held. */
async function assertFit({ db }: ApiDeps, spend: Spend, report: WorkReport): Promise<void> {
  if (spend.runs !== 'external' || report.says === 'failed') return;
  const { delivered, input } = report;
  if (delivered !== undefined && delivered > spend.quantity) {
    throw invalidInput([`delivered must be at most ${String(spend.quantity)}, as many as were asked for`]);
  }
  if (input === undefined) return;
  const action = (await getCatalog(db, spend.catalogVersion)).actions.get(spend.action);
  if (action === undefined) throw new Error(`catalog ${spend.catalogVersion} has no ${spend.action}`);
  const faults = action.input.faultsOf(input);
  if (faults.length > 0) throw invalidInput(faults);
  assertStorable(input);
  priceOf(action, input);
}

async function settle(
  deps: ApiDeps,
  spend: Spend,
  { id, report }: { readonly id: string; readonly report: WorkReport },
): Promise<StoredAnswer> {
  const at = await deps.clock.now();
  const isRecorded = await recordReport(deps.db, { id, spendId: spend.id, report, at });
  if (isRecorded) await tell(deps, spend.workflowId, { reportId: id, says: report.says });
  const seen = await getSpend(deps.db, spend.id);
  if (seen.endedBy === id) return { status: 200, body: spendView(seen) };
  if (isTerminal(seen.status)) return refusal(hasEnded(seen));
  throw new DomainError(
    'unavailable',
    'The report is recorded, and it is settled as soon as the workflow of the spend can be reached. Repeat the request with the same Idempotency-Key.',
  );
}

/** Tells the workflow, and waits until it has settled. What is recorded decides, so no error is one here. */
async function tell(deps: ApiDeps, workflowId: string, reported: ReportedWork): Promise<void> {
  const { temporal, logger } = deps;
  const handle = temporal.workflow.getHandle(workflowId);
  const update = { updateId: reported.reportId, args: [reported] as [ReportedWork] };
  try {
    await askTemporal(temporal, () => handle.executeUpdate(reportUpdate, update), SETTLE_MS_MAX);
  } catch (error) {
    logger.warn({ err: error, workflowId }, 'it is in doubt whether a report has been settled');
  }
}
