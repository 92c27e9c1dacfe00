import { z } from 'zod';
import { assertContract, type Contract } from '../../../domain/subscriptions/contract';
import { credits as creditsOf } from '../../../domain/credits';
import { deriveId } from '../../../platform/ids';
import { getCurrentCatalog } from '../../../store/catalogs';
import { getContract, insertContract } from '../../../store/contracts';
import { getCustomer, getOpenCustomer } from '../../../store/customers';
import { answerOnce } from '../../answer-once';
import { jsonBody } from '../../http/bodies/json-body';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { CREDITS_PER_REQUEST_MAX, idSchema, intervalSchema, textSchema } from '../../schemas';
import { contractSchema, contractView } from './contract-view';

const AMOUNT_MAX = 1_000_000_000;
const TERM_MONTHS_MAX = 120;

const body = z.strictObject({
  customerId: idSchema,
  credits: z.int().min(1).max(CREDITS_PER_REQUEST_MAX).meta({ description: 'Credits a month.' }),
  amount: z
    .int()
    .min(1)
    .max(AMOUNT_MAX)
    .meta({ description: 'The price of an interval, in minor units of the currency.' }),
  currency: z.string().regex(/^[a-z]{3}$/, 'must be three lower-case letters'),
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
  problems: ['state_conflict', 'unavailable'],
  async find({ body: request, idempotencyKey }, { db }) {
    const contract: Contract = {
      contractId: deriveId('ctr', request.customerId, idempotencyKey),
      credits: creditsOf(request.credits),
      price: { amountMinor: request.amount, currency: request.currency },
      interval: request.interval,
      termMonths: request.termMonths,
    };
    assertContract(contract, await getCurrentCatalog(db));
    return { contract, customer: await getCustomer(db, request.customerId) };
  },
  handle(call, deps, { contract, customer }) {
    const { id: customerId } = customer;
    return answerOnce(call, deps, {
      customerId,
      operation: 'contract',
      content: call.body,
      async admit() {
        await getOpenCustomer(deps.db, customerId);
      },
      async work() {
        const { reference } = call.body;
        const createdAt = await deps.clock.now();
        await insertContract(deps.db, { ...contract, customerId, reference, createdAt });
        const recorded = await getContract(deps.db, contract.contractId, customerId);
        return { status: 201, body: contractView(recorded) };
      },
    });
  },
});
