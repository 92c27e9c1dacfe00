import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { priceOf } from '../../../domain/catalog/catalog';
import { DomainError } from '../../../domain/errors';
import { licenseKey } from '../../../domain/license-key';
import { planSpend, type SpendFacts, type SpendPlan, type SpendRefusal } from '../../../domain/spends/spend';
import { holdKey } from '../../../domain/keys';
import { errorOf } from '../../../domain/refusal';
import { canTrain } from '../../../jobs/jobs';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { assertOpen, getCustomer, type Customer } from '../../../store/customers';
import { loadSpendFacts } from '../../../store/spend-facts';
import {
  RESERVE_UPDATE_ID,
  reserveUpdate,
  SPEND_WORKFLOW,
  spendStart,
  type SpendInput,
} from '../../../workflows/spends/messages';
import { jsonBody } from '../../http/bodies/json-body';
import type { ApiDeps } from '../../deps';
import { keyReused } from '../../http/idempotency-key';
import { insufficientCredits } from './insufficient-credits';
import { findKnownSpend, planRequired, type KnownSpend } from './known-spend';
import { defineOperation } from '../../define-operation';
import { type Call, type Reply } from '../../http/operation';
import { quantityOf, spendRequestSchema } from './spend-request';
import { customerInBody } from '../../http/belongs-to';
import { updateWithStart } from '../../temporal/update-with-start';
import { spendSchema } from './spend-view';

/** How often, and how far apart, the record is read again when the answer of the workflow is in doubt. */
const DOUBT = { reads: 10, pauseMs: 300 };

export const createSpend = defineOperation({
  summary: 'Create a spend',
  description:
    'Spends credits on work, and answers as soon as the credits are held. A refusal (402, 403) is recorded under the idempotency key for ever, and repeats of the key get it again.',
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
      description: 'A licence, issued and paid for.',
      schema: spendSchema,
      headers: { Location: 'Where the spend is read.' },
    },
  },
  problems: [
    'insufficient_credits',
    'plan_required',
    'model_unavailable',
    'provider_unable',
    'license_not_needed',
    'state_conflict',
    'unavailable',
  ],
  find: async (call, { db, clock, jobs }) => {
    const input = inputOf(call);
    const at = await clock.now();
    const [customer, known, facts] = await Promise.all([
      getCustomer(db, input.customerId),
      findKnownSpend(db, input.spendId),
      loadSpendFacts(db, { ...input, at }),
    ]);
    return { input, customer, known, facts: { ...facts, trainable: canTrain(jobs) } };
  },
  async handle(call, deps, found) {
    const { spendId, fingerprint } = found.input;
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
  readonly input: SpendInput;
  readonly customer: Customer;
  readonly known: KnownSpend | undefined;
  readonly facts: SpendFacts;
}

function inputOf({ body: { customerId, ...request }, idempotencyKey }: SpendCall): SpendInput {
  return {
    spendId: deriveId('spd', customerId, idempotencyKey),
    customerId,
    request,
    fingerprint: fingerprintOf(request),
  };
}

/** A known key gets its recorded answer before anything else is asked; an unknown one is judged, admitted and begun. */
async function answerSpend(call: SpendCall, deps: ApiDeps, found: Found): Promise<Reply> {
  const { input, customer, known, facts } = found;
  if (known?.fingerprint === input.fingerprint) {
    call.markReplayed();
    return known.answer(facts);
  }
  const plan = planSpend(input.request, facts);
  if (!plan.allowed && plan.code === 'not_found') throw errorOf(plan);
  if (known !== undefined) {
    throw !plan.allowed && plan.code === 'plan_required' ? errorOf(plan) : keyReused();
  }
  assertOpen(customer);
  const placed = await admit(call, deps, found, plan);
  if (placed !== undefined) return placed;
  if (!plan.allowed) throw errorOf(plan);
  return begin(deps, found);
}

/**
 * Asks the ledger whether the hold would be placed. A refusal is recorded under the hold's own key and thrown; what was
 * placed meanwhile is answered; undefined means that the saga may begin.
 */
async function admit(
  call: SpendCall,
  { db, ledger, clock }: ApiDeps,
  { input, facts }: Found,
  plan: SpendPlan | SpendRefusal,
): Promise<Reply | undefined> {
  const { outcome, replayed, reply } = await ledger.submit({
    op: 'admit',
    key: holdKey(input.spendId),
    fingerprint: input.fingerprint,
    walletId: input.customerId,
    effectiveAt: await clock.now(),
    credits: priceOf(facts.catalog, input.request.action, quantityOf(input.request)),
    // A licence that is held already costs nothing, so credits are not asked for.
    ...(input.request.action === 'license_image'
      ? { exclusive: licenseKey(input.request.input.imageId) }
      : {}),
    ...(plan.allowed || plan.code !== 'plan_required'
      ? {}
      : { refusal: { code: plan.code, details: { ...plan.details, detail: plan.message } } }),
  });
  if (replayed) call.markReplayed();
  if (outcome === 'admitted' || outcome === 'already_held') return undefined;
  if (outcome === 'insufficient_credits') throw insufficientCredits(reply, facts);
  if (outcome === 'plan_required') throw planRequired(reply.details);
  if (outcome === 'idempotency_key_reused') throw keyReused();
  return (await findKnownSpend(db, input.spendId))?.answer(facts);
}

/** Starts the saga, or finds it, and answers what is recorded: the workflow's word counts only where nothing is. */
async function begin(deps: ApiDeps, { input, facts, customer }: Found): Promise<Reply> {
  const update = { definition: reserveUpdate, updateId: RESERVE_UPDATE_ID, args: [] as [] };
  const answer = await updateWithStart(deps, update, {
    workflow: SPEND_WORKFLOW,
    options: spendStart(input, customer.externalId),
  });
  const reads = answer === undefined ? DOUBT.reads : 1;
  for (let read = 1; read <= reads; read += 1) {
    const known = await findKnownSpend(deps.db, input.spendId);
    if (known !== undefined && known.fingerprint !== input.fingerprint) throw keyReused();
    if (known !== undefined) return known.answer(facts);
    if (read < reads) await delay(DOUBT.pauseMs);
  }
  if (answer?.outcome === 'refused') throw errorOf(answer);
  throw new DomainError(
    'unavailable',
    'It is not known yet whether the spend has begun. Repeat the request with the same Idempotency-Key.',
  );
}
