import type { Catalog } from '../../domain/catalog/catalog';
import { plusMs, type Instant } from '../../domain/instants';
import { isTerminal, planSpend, wordsOfRequest, type SpendPlan } from '../../domain/spends/spend';
import { canTrain } from '../../jobs/jobs';
import type { LedgerResult, StoreRecord } from '../../ledger/commands';
import { getCatalog } from '../../store/catalogs';
import { beingErased, getRecordedCustomer } from '../../store/customers';
import { modelRecord } from '../../store/models';
import { loadSpendFacts } from '../../store/spend-facts';
import { findSpend, getSpend, spendRecord, type Spend, holdIdOf } from '../../store/spends';
import { spendWorkflowId, holdKey } from '../../domain/keys';
import { refusalOf, refused, type Refused } from '../../domain/refusal';
import { trainedModelIdOf } from '../../store/models';
import type { ReserveAnswer, SpendInput } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';
import { noticeCredits } from '../top-ups/notice-credits';

export interface Reservation {
  readonly answer: ReserveAnswer;
  /** When the work must be done; null when there is none to do: refused, or settled already. */
  readonly deadlineAt: Instant | null;
  /** How many credits are, or were, set aside. Absent: refused. */
  readonly held?: number;
}

/**
 * Sets the credits of a spend aside and records the spend, in one transaction under `{spend}/hold`. Goes by what is
 * recorded: a spend that is still open continues, a settled one is answered as it is, and its work is never run again.
 * A refusal is an answer. For want of credits it is recorded under the key for ever; by the rules it was judged before, at
 * the admission, and is recorded there: what has changed since is told by this run alone.
 */
export async function reserveSpend(
  deps: ActivityDeps,
  { spend, at }: { spend: SpendInput; at: Instant },
): Promise<Reservation> {
  const recorded = await findSpend(deps.db, spend.spendId);
  if (recorded !== undefined) return continueSpend(deps, recorded);
  const gone = await refusedWhenErased(deps, spend.customerId);
  if (gone !== undefined) return { answer: gone, deadlineAt: null };
  const facts = await loadSpendFacts(deps.db, { ...spend, at });
  const plan = planSpend(spend.request, { ...facts, trainable: canTrain(deps.jobs) });
  if (!plan.allowed) return { answer: refused(plan), deadlineAt: null };
  const result = await deps.ledger.submit({
    op: 'hold',
    key: holdKey(spend.spendId),
    fingerprint: spend.fingerprint,
    walletId: spend.customerId,
    holdId: holdIdOf(spend.spendId),
    spendId: spend.spendId,
    action: spend.request.action,
    credits: plan.credits,
    effectiveAt: at,
    reason: wordsOfRequest(spend.request),
    records: recordsOf(spend, plan, facts.catalog.version, at),
  });
  if (result.outcome !== 'applied') return { answer: refusedByLedger(result), deadlineAt: null };
  if (result.replayed) return continueSpend(deps, await getSpend(deps.db, spend.spendId));
  await noticeCredits(deps, spend.customerId, result.reply.available);
  return reservation({ status: 'reserved', reserved: plan.credits, createdAt: at }, facts.catalog);
}

async function continueSpend(deps: ActivityDeps, spend: Spend): Promise<Reservation> {
  const catalog = await getCatalog(deps.db, spend.catalogVersion);
  return reservation(spend, catalog);
}

/** The deadline counts from when the credits were set aside, however often the work is taken up. */
function reservation(
  { status, reserved, createdAt }: Pick<Spend, 'status' | 'reserved' | 'createdAt'>,
  { policies }: Catalog,
): Reservation {
  const deadline = plusMs(createdAt, policies.jobDeadlineMinutes * 60_000);
  const deadlineAt = isTerminal(status) ? null : deadline;
  return { answer: { outcome: 'reserved', status }, deadlineAt, held: reserved };
}

/** Why nothing begins for who is erased or being erased; undefined for everybody else. */
export async function refusedWhenErased(
  { db }: Pick<ActivityDeps, 'db'>,
  customerId: string,
): Promise<Refused | undefined> {
  const { erasingAt } = await getRecordedCustomer(db, customerId);
  return erasingAt === null ? undefined : refused(refusalOf(beingErased()));
}

/** The ledger's refusal in the words of the API. Throws for an outcome that no hold can have. */
export function refusedByLedger({ outcome, reply }: LedgerResult): Refused {
  if (outcome === 'insufficient_credits') {
    const { required, available, held, shortfall } = reply;
    const message = `It takes ${required ?? 0} credits and ${available} are available.`;
    return refused({ code: outcome, message, details: { required, available, held, shortfall } });
  }
  if (outcome === 'plan_required')
    return refused({ code: outcome, message: 'This needs a paid plan.', details: reply.details ?? {} });
  if (outcome === 'idempotency_key_reused')
    return refused({ code: outcome, message: 'The key stands for another request.' });
  throw new Error(`a hold cannot end as ${outcome}`);
}

function recordsOf(
  { spendId, customerId, request }: SpendInput,
  plan: SpendPlan,
  catalogVersion: string,
  at: Instant,
): StoreRecord[] {
  const spend = spendRecord({
    id: spendId,
    customerId,
    action: request.action,
    input: request.input,
    status: 'reserved',
    unitCredits: plan.unitCredits,
    quantity: plan.quantity,
    reserved: plan.credits,
    captured: 0,
    released: 0,
    catalogVersion,
    rights: plan.rights,
    result: null,
    failure: null,
    workflowId: spendWorkflowId(spendId),
    createdAt: at,
    updatedAt: at,
  });
  if (request.action !== 'train_model') return [spend];
  const model = modelRecord({
    id: trainedModelIdOf(spendId),
    ownerId: customerId,
    name: request.input.name,
    visibility: plan.visibility,
    status: 'training',
    version: null,
    spendId,
    createdAt: at,
  });
  return [spend, model];
}
