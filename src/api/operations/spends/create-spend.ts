import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { definitionOf } from '../../../domain/actions/definitions';
import { priceOf } from '../../../domain/catalog/price';
import { DomainError } from '../../../domain/errors';
import { holdKey } from '../../../domain/keys';
import { errorOf } from '../../../domain/refusal';
import type { SpendPlan } from '../../../domain/spends/plan-spend';
import type { SpendRefusal } from '../../../domain/spends/refusals';
import type { SpendRequest } from '../../../domain/spends/spend';
import type { SpendFacts } from '../../../domain/spends/spend-facts';
import { canTrain } from '../../../jobs/jobs';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { assertOpen, getCustomer, type Customer } from '../../../store/customers';
import { loadSpendTerms, type SpendTerms } from '../../../store/spend-facts';
import {
  RESERVE_UPDATE_ID,
  reserveUpdate,
  SPEND_WORKFLOW,
  spendStart,
  type SpendInput,
} from '../../../workflows/spends/messages';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { keyReused } from '../../http/idempotency-key';
import { type Call, type Reply } from '../../http/operation';
import { updateWithStart } from '../../temporal/update-with-start';
import { insufficientCredits } from './insufficient-credits';
import { judgeRequest, type Judged } from './judge-request';
import { findKnownSpend, recordedPlanRequired, type KnownSpend } from './known-spend';
import { assertStorable, spendRequestSchema } from './spend-request';
import { spendSchema } from './spend-view';

/** How often, and how far apart, the record is read again when the answer of the workflow is in doubt. */
const DOUBT = { reads: 10, pauseMs: 300 };

export const createSpend = defineOperation({
  summary: 'Create a spend',
  description:
    'Spends credits on work, and answers as soon as the credits are held. Work of an action that runs `external` is then yours to do, and to report by `heartbeat`, `complete` and `fail`. A refusal (402, 403) is recorded under the idempotency key for ever, and repeats of the key get it again.',
  tag: 'Spends',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(spendRequestSchema),
  needsIdempotencyKey: true,
  answers: {
    202: {
      description: 'The credits are held and the work has begun.',
      schema: spendSchema,
      headers: { Location: 'Where the spend is read.' },
    },
    201: {
      description: 'What needs no work, such as a licence: done and paid for.',
      schema: spendSchema,
      headers: { Location: 'Where the spend is read.' },
    },
  },
  problems: [
    'price_not_computable',
    'insufficient_credits',
    'plan_required',
    'model_unavailable',
    'provider_unable',
    'license_not_needed',
    'not_sold',
    'state_conflict',
    'unavailable',
  ],
  async find(call, { db, clock, jobs }) {
    const { customerId, ...request } = call.body;
    const spendId = deriveId('spd', customerId, call.idempotencyKey);
    const fingerprint = fingerprintOf(request);
    const at = await clock.now();
    const asked = { spendId, fingerprint, request };
    const known = await findKnownSpend(db, spendId);
    // A faithful repeat gets the first answer, whatever has been published or has happened since.
    if (known?.fingerprint === fingerprint) {
      const { id } = await getCustomer(db, customerId);
      return { ...asked, known, judged: null, terms: await loadSpendTerms(db, { customerId: id, at }) };
    }
    const deps = { db, at, trainable: canTrain(jobs) };
    const judged = await judgeRequest(deps, { customerId, request, rules: 'faultsOf' });
    return { ...asked, known, judged, terms: judged.terms };
  },
  async handle(call, deps, found) {
    const { spendId, fingerprint } = found;
    const { first, answer } = deps.inFlight.join(`${spendId}:${fingerprint}`, () =>
      answerSpend(call, deps, found),
    );
    if (!first) call.markReplayed();
    return answer;
  },
});

type SpendCall = Call<unknown, z.output<typeof spendRequestSchema>>;

/** The request, and what was known when it came. */
interface Found {
  readonly spendId: string;
  readonly fingerprint: string;
  readonly request: SpendRequest;
  readonly known: KnownSpend | undefined;
  /** Null for a faithful repeat, which is not judged again. */
  readonly judged: Judged | null;
  readonly terms: SpendTerms;
}

/** A known key gets its recorded answer before anything else is asked; an unknown one is judged, admitted and begun. */
async function answerSpend(call: SpendCall, deps: ApiDeps, found: Found): Promise<Reply> {
  const { known, judged, terms, request } = found;
  if (judged === null) {
    call.markReplayed();
    if (known === undefined) throw new Error('a repeat of nothing');
    return known.answer(terms);
  }
  const { customer, asked } = judged;
  if (known !== undefined) {
    const { plan } = asked ?? {};
    throw plan?.allowed === false && plan.code === 'plan_required' ? errorOf(plan) : keyReused();
  }
  assertOpen(customer);
  if (judged.notSold !== null) throw judged.notSold;
  if (asked === null) throw new Error('what is sold was not judged');
  assertStorable(request.input);
  const begun = { ...found, ...asked, customer };
  const placed = await admit(call, deps, begun);
  if (placed !== undefined) return placed;
  if (!asked.plan.allowed) throw errorOf(asked.plan);
  return begin(deps, begun);
}

/** What may begin: judged, and under a key that is not known. */
interface Beginning extends Found {
  readonly customer: Customer;
  readonly facts: SpendFacts;
  readonly plan: SpendPlan | SpendRefusal;
}

/**
 * Asks the ledger whether the hold would be placed. A refusal is recorded under the hold's own key and thrown; what was
 * placed meanwhile is answered; undefined means that the saga may begin.
 */
async function admit(
  call: SpendCall,
  { db, ledger, clock }: ApiDeps,
  { spendId, fingerprint, request, customer, facts, plan }: Beginning,
): Promise<Reply | undefined> {
  const { action } = facts;
  // What is held already costs nothing, so credits are not asked for.
  const exclusive = definitionOf(action).exclusiveKey(request.input);
  const { outcome, replayed, reply } = await ledger.submit({
    op: 'admit',
    key: holdKey(spendId),
    fingerprint,
    walletId: customer.id,
    effectiveAt: await clock.now(),
    credits: priceOf(action, request.input).credits,
    action: action.id,
    firstFree: action.firstFree,
    ...(exclusive === null ? {} : { exclusive }),
    ...(plan.allowed || plan.code !== 'plan_required'
      ? {}
      : { refusal: { code: plan.code, details: { ...plan.details, detail: plan.message } } }),
  });
  if (replayed) call.markReplayed();
  if (outcome === 'admitted' || outcome === 'already_held') return undefined;
  if (outcome === 'insufficient_credits') throw insufficientCredits(reply, facts);
  if (outcome === 'plan_required') throw recordedPlanRequired(reply.details);
  if (outcome === 'idempotency_key_reused') throw keyReused();
  return (await findKnownSpend(db, spendId))?.answer(facts);
}

/** Starts the saga, or finds it, and answers what is recorded: the workflow's word counts only where nothing is. */
async function begin(deps: ApiDeps, beginning: Beginning): Promise<Reply> {
  const { facts, customer, fingerprint } = beginning;
  const input = inputOf(beginning);
  const update = { definition: reserveUpdate, updateId: RESERVE_UPDATE_ID, args: [] as [] };
  const answer = await updateWithStart(deps, update, {
    workflow: SPEND_WORKFLOW,
    options: spendStart(input, customer.externalId),
  });
  const reads = answer === undefined ? DOUBT.reads : 1;
  for (let read = 1; read <= reads; read += 1) {
    const known = await findKnownSpend(deps.db, input.spendId);
    if (known !== undefined && known.fingerprint !== fingerprint) throw keyReused();
    if (known !== undefined) return known.answer(facts);
    if (read < reads) await delay(DOUBT.pauseMs);
  }
  if (answer?.outcome === 'refused') throw errorOf(answer);
  throw new DomainError(
    'unavailable',
    'It is not known yet whether the spend has begun. Repeat the request with the same Idempotency-Key.',
  );
}

/** What the workflow is started with. */
function inputOf({ spendId, fingerprint, request, customer, facts: { action } }: Beginning): SpendInput {
  const { quantity } = priceOf(action, request.input);
  const words = definitionOf(action).words({ ...request, quantity, unit: action.unit });
  return { spendId, customerId: customer.id, request, fingerprint, runs: action.runs, words };
}
