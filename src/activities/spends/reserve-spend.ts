import type { Catalog } from '../../domain/catalog/catalog';
import type { ErrorCode } from '../../domain/errors';
import { epochMsOf, instantOf, type Instant } from '../../domain/instants';
import {
  isTerminal,
  planSpend,
  wordsOfRequest,
  type SpendPlan,
  type SpendRefusal,
} from '../../domain/spends/spend';
import { canTrain } from '../../jobs/jobs';
import type { LedgerResult, StoreRecord } from '../../ledger/commands';
import { getCatalog } from '../../store/catalogs';
import { beingErased, getRecordedCustomer } from '../../store/customers';
import { modelRecord } from '../../store/models';
import { loadSpendFacts } from '../../store/spend-facts';
import { findSpend, getSpend, holdIdOf, spendRecord, type Spend } from '../../store/spends';
import { holdKey, spendWorkflowId } from '../../domain/keys';
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
  if (gone !== undefined) return gone;
  const facts = await loadSpendFacts(deps.db, { ...spend, at });
  const plan = planSpend(spend.request, { ...facts, trainable: canTrain(deps.jobs) });
  if (!plan.allowed) return refusedByRule(plan);
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
  if (result.outcome !== 'applied') return refusedByLedger(result);
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
  const deadline = instantOf(epochMsOf(createdAt) + policies.jobDeadlineMinutes * 60_000);
  const deadlineAt = isTerminal(status) ? null : deadline;
  return { answer: { outcome: 'reserved', status }, deadlineAt, held: reserved };
}

/** Why nothing begins for who is erased or being erased; undefined for everybody else. */
export async function refusedWhenErased(
  { db }: Pick<ActivityDeps, 'db'>,
  customerId: string,
): Promise<Reservation | undefined> {
  const { erasingAt } = await getRecordedCustomer(db, customerId);
  if (erasingAt === null) return undefined;
  const { code, message } = beingErased();
  return { answer: { outcome: 'refused', code, message, details: {} }, deadlineAt: null };
}

/** The refusal of a rule (price, rights, inputs) as the answer of the spend: nothing is held, so it has no deadline. */
export function refusedByRule({ code, message, details }: SpendRefusal): Reservation {
  return { answer: { outcome: 'refused', code, message, details }, deadlineAt: null };
}

/** The ledger's refusal in the words of the API. Throws for an outcome that no hold can have. */
export function refusedByLedger({ outcome, reply }: LedgerResult): Reservation {
  const refuse = (code: ErrorCode, message: string, details = {}): Reservation => ({
    answer: { outcome: 'refused', code, message, details },
    deadlineAt: null,
  });
  if (outcome === 'insufficient_credits') {
    const { required, available, held, shortfall } = reply;
    const message = `It takes ${required ?? 0} credits and ${available} are available.`;
    return refuse(outcome, message, { required, available, held, shortfall });
  }
  if (outcome === 'plan_required') return refuse(outcome, 'This needs a paid plan.', reply.details);
  if (outcome === 'idempotency_key_reused') return refuse(outcome, 'The key stands for another request.');
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
