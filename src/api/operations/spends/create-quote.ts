import { z } from 'zod';
import { definitionOf } from '../../../domain/actions/definitions';
import { priceOf } from '../../../domain/catalog/price';
import { canTrain } from '../../../jobs/jobs';
import { GRANT_SOURCES } from '../../../ledger/commands';
import { getBalance } from '../../../ledger/get-balance';
import { hasFreePlace } from '../../../ledger/has-free-place';
import { listLotsToBurn } from '../../../ledger/list-lots-to-burn';
import { expireDue } from '../../../ledger/sweep-expired';
import { dueOf } from '../../../store/allowances';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { answerCredits, answerId, answerInstant } from '../../schemas';
import { rightsSchema, rightsView } from '../customers/rights-view';
import { judgeRequest } from './judge-request';
import { spendRequestSchema } from './spend-request';

const quoteSchema = z
  .strictObject({
    credits: answerCredits,
    unitCredits: z.number().meta({ description: 'May be a fraction; the credits are whole.' }),
    quantity: z.number(),
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
    'Answers what a spend would cost; nothing is held. The input is that of a spend, or less of it.',
  tag: 'Spends',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(spendRequestSchema),
  answers: { 200: { description: 'The quote.', schema: quoteSchema } },
  problems: ['price_not_computable', 'not_sold'],
  async find({ body: { customerId, ...request } }, { db, clock, jobs }) {
    const deps = { db, at: await clock.now(), trainable: canTrain(jobs) };
    return { request, judged: await judgeRequest(deps, { customerId, request, rules: 'faultsOfQuote' }) };
  },
  async handle(_call, deps, { request, judged: { customer, asked, notSold } }) {
    if (notSold !== null) throw notSold;
    if (asked === null) throw new Error('what is sold was not judged');
    const { facts, plan } = asked;
    const { action, catalog } = facts;
    const price = priceOf(action, request.input);
    // What can be had only once is the answer when it is asked for again, and nothing is charged.
    const isFree =
      definitionOf(action).isHeld(facts) ||
      (await hasFreePlace(deps.db, customer.id, { action: action.id, firstFree: action.firstFree }));
    const { unitCredits, credits } = isFree ? { unitCredits: 0, credits: 0 } : price;
    const now = await deps.clock.now();
    await expireDue(deps.db, deps.ledger, customer.id, now);
    const due = await dueOf(deps.allowancesOf, customer.id, now);
    const [balance, lots] = await Promise.all([
      getBalance(deps.db, customer.id, undefined, due),
      credits === 0 ? [] : listLotsToBurn(deps.db, customer.id, credits, due),
    ]);
    return {
      status: 200,
      body: {
        credits,
        unitCredits,
        quantity: price.quantity,
        sufficient: balance.available >= credits,
        allowed: plan.allowed,
        reasons: plan.allowed ? [] : [plan.code],
        lots,
        rights: rightsView(facts.plan.id, catalog),
      },
    };
  },
});
