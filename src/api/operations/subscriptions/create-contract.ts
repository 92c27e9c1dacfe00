import type { Knex } from 'knex';
import { z } from 'zod';
import type { Catalog, Plan } from '../../../domain/catalog/catalog';
import { notSold } from '../../../domain/catalog/not-sold';
import { contractPlansOf } from '../../../domain/catalog/plans';
import { credits as creditsOf } from '../../../domain/credits';
import { DomainError } from '../../../domain/errors';
import { assertContract, type Contract } from '../../../domain/subscriptions/contract';
import { deriveId } from '../../../platform/ids';
import { getCurrentCatalog } from '../../../store/catalogs';
import { getContract, insertContract } from '../../../store/contracts';
import { getCustomer, getOpenCustomer } from '../../../store/customers';
import { answerOnce } from '../../answer-once';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import {
  catalogIdSchema,
  CREDITS_PER_REQUEST_MAX,
  currencySchema,
  idSchema,
  intervalSchema,
  textSchema,
} from '../../schemas';
import { assertKnown } from '../catalog/assert-known';
import { contractSchema, contractView } from './contract-view';

const AMOUNT_MAX = 1_000_000_000;
const TERM_MONTHS_MAX = 120;

const body = z.strictObject({
  customerId: idSchema,
  plan: catalogIdSchema
    .optional()
    .meta({ description: 'A plan that is sold by contract. Default: the only one that the catalog has.' }),
  credits: z.int().min(1).max(CREDITS_PER_REQUEST_MAX).meta({ description: 'Credits a month.' }),
  amount: z
    .int()
    .min(1)
    .max(AMOUNT_MAX)
    .meta({ description: 'The price of an interval, in minor units of the currency.' }),
  currency: currencySchema,
  interval: intervalSchema,
  termMonths: z.int().min(1).max(TERM_MONTHS_MAX),
  reference: textSchema(200),
});

export const createContract = defineOperation({
  summary: 'Create a contract',
  description:
    'Records what was agreed on with a customer. It sells nothing by itself: a subscription to the plan names it as `contractId`.',
  tag: 'Operators',
  access: 'operator',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The contract is recorded.', schema: contractSchema } },
  problems: ['not_sold', 'state_conflict', 'unavailable'],
  async find({ body: request, idempotencyKey }, { db }) {
    const catalog = await getCurrentCatalog(db);
    const plan = await findContractPlan(db, catalog, request.plan);
    const contract: Contract = {
      contractId: deriveId('ctr', request.customerId, idempotencyKey),
      credits: creditsOf(request.credits),
      price: { amountMinor: request.amount, currency: request.currency },
      interval: request.interval,
      termMonths: request.termMonths,
    };
    if (plan !== undefined) assertContract(contract, plan);
    return { contract, catalog, plan, customer: await getCustomer(db, request.customerId) };
  },
  handle(call, deps, { contract, catalog, plan, customer }) {
    const { id: customerId } = customer;
    return answerOnce(call, deps, {
      customerId,
      operation: 'contract',
      content: call.body,
      async admit() {
        await getOpenCustomer(deps.db, customerId);
        if (plan === undefined) throw notSold(catalog, 'plans', call.body.plan ?? '');
      },
      async work() {
        const { reference } = call.body;
        const createdAt = await deps.clock.now();
        await insertContract(deps.db, {
          ...contract,
          customerId,
          plan: plan?.id ?? null,
          reference,
          createdAt,
        });
        const recorded = await getContract(deps.db, contract.contractId, customerId);
        return { status: 201, body: contractView(recorded) };
      },
    });
  },
});

/** The plan that a contract is for; undefined for one that only another version has. Throws `invalid_request`. */
async function findContractPlan(
  db: Knex,
  catalog: Catalog,
  id: string | undefined,
): Promise<Plan | undefined> {
  if (id !== undefined) {
    await assertKnown(db, catalog, { kind: 'plans', id, field: 'plan' });
    return catalog.plans.get(id);
  }
  const [plan, ...others] = contractPlansOf(catalog);
  if (plan !== undefined && others.length === 0) return plan;
  const has =
    plan === undefined
      ? 'no plan that is sold by contract'
      : `several plans that are sold by contract, so that one must be named: ${[plan, ...others].map((one) => one.id).join(', ')}`;
  throw new DomainError('invalid_request', `Catalog ${catalog.version} has ${has}.`, { field: 'plan' });
}
