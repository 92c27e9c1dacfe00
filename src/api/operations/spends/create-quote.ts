import { z } from 'zod';
import { priceOf } from '../../../domain/catalog/catalog';
import { planSpend } from '../../../domain/spends/spend';
import { errorOf } from '../../../domain/refusal';
import { canTrain } from '../../../jobs/jobs';
import { GRANT_SOURCES } from '../../../ledger/commands';
import { getBalance } from '../../../ledger/get-balance';
import { listLotsToBurn } from '../../../ledger/list-lots-to-burn';
import { expireDue } from '../../../ledger/sweep-expired';
import { getCustomer } from '../../../store/customers';
import { loadSpendFacts } from '../../../store/spend-facts';
import { jsonBody } from '../../http/bodies/json-body';
import { defineOperation } from '../../define-operation';
import { quantityOf, quoteRequestSchema } from './spend-request';
import { customerInBody } from '../../http/belongs-to';
import { answerCredits, answerId, answerInstant } from '../../schemas';
import { rightsSchema, rightsView } from '../customers/rights-view';

const quoteSchema = z
  .strictObject({
    credits: answerCredits,
    unitCredits: answerCredits,
    quantity: z.int(),
    sufficient: z.boolean().meta({ description: 'Whether enough credits are available.' }),
    allowed: z.boolean().meta({ description: 'Whether the plan and the current state allow it.' }),
    reasons: z
      .array(z.string())
      .meta({ description: 'The problem codes that would refuse it; empty when it is allowed.' }),
    lots: z.array(
      z.strictObject({
        grantId: answerId,
        source: z.enum(GRANT_SOURCES),
        credits: answerCredits,
        expiresAt: answerInstant.nullable(),
      }),
    ),
    rights: rightsSchema,
  })
  .meta({
    id: 'Quote',
    description: 'What a spend would cost, which lots would pay for it, and the rights it would have.',
  });

export const createQuote = defineOperation({
  summary: 'Quote a spend',
  description:
    'Answers what a spend would cost; nothing is reserved. The input is that of a spend, or less of it.',
  tag: 'Spends',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(quoteRequestSchema),
  answers: { 200: { description: 'The quote.', schema: quoteSchema } },
  async find({ body: { customerId, ...request } }, { db, clock, jobs }) {
    const customer = await getCustomer(db, customerId);
    const facts = await loadSpendFacts(db, {
      customerId: customer.id,
      request,
      at: await clock.now(),
    });
    const plan = planSpend(request, { ...facts, trainable: canTrain(jobs) });
    if (!plan.allowed && plan.code === 'not_found') throw errorOf(plan);
    return { customer, request, facts, plan };
  },
  async handle(_call, deps, { customer, request, facts, plan }) {
    const quantity = quantityOf(request);
    // A licence is sold once: asked for again, the existing one is the answer and nothing is charged.
    const isFree = facts.image?.licensed === true;
    const unitCredits = isFree ? 0 : priceOf(facts.catalog, request.action, 1);
    const credits = isFree ? 0 : priceOf(facts.catalog, request.action, quantity);
    await expireDue(deps.db, deps.ledger, customer.id, await deps.clock.now());
    const [balance, lots] = await Promise.all([
      getBalance(deps.db, customer.id),
      credits === 0 ? [] : listLotsToBurn(deps.db, customer.id, credits),
    ]);
    return {
      status: 200,
      body: {
        credits,
        unitCredits,
        quantity,
        sufficient: balance.available >= credits,
        allowed: plan.allowed,
        reasons: plan.allowed ? [] : [plan.code],
        lots,
        rights: rightsView(facts.plan, facts.catalog.plans[facts.plan].rights),
      },
    };
  },
});
