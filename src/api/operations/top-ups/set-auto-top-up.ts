import { z } from 'zod';
import { assertQuantity, refusalOfPack } from '../../../domain/catalog/buy-pack';
import { notSold } from '../../../domain/catalog/not-sold';
import { planOrDefault } from '../../../domain/catalog/plans';
import { credits } from '../../../domain/credits';
import { findAutoTopUp } from '../../../store/auto-top-ups';
import { getCustomerPlan } from '../../../store/customer-plan';
import { getOpenCustomer } from '../../../store/customers';
import { setAutoTopUpUpdate } from '../../../workflows/top-ups/messages';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { CREDITS_PER_REQUEST_MAX, catalogIdSchema } from '../../schemas';
import { orderedPack } from '../add-ons/ordered-pack';
import { autoTopUpSchema, autoTopUpView } from './auto-top-up-view';
import { sendToTopUp } from './top-up-command';

const PACKS_MAX = 1_000;

const body = z.strictObject({
  threshold: z
    .int()
    .min(1)
    .max(CREDITS_PER_REQUEST_MAX)
    .meta({ description: 'Buy when fewer credits than this are available.' }),
  packId: catalogIdSchema.optional().meta({
    description: "Which pack to buy. Default: the only one of the customer's version of the catalog.",
  }),
  quantity: z.int().min(1).max(PACKS_MAX).meta({ description: 'How many packs to buy at a time.' }),
  monthlyMaximum: z
    .int()
    .min(1)
    .max(PACKS_MAX)
    .meta({ description: 'The most packs to buy in a calendar month (UTC).' }),
});

export const setAutoTopUp = defineOperation({
  summary: 'Set up automatic top-up',
  description:
    'Buys packs with the card on file when credits run low, one purchase at a time. It stops after a decline until it is set again.',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: customerInPath,
  body: jsonBody(body),
  answers: { 200: { description: 'The setting.', schema: autoTopUpSchema } },
  problems: ['subscription_required', 'plan_required', 'not_sold', 'state_conflict', 'unavailable'],
  async find({ id, body: { packId, quantity } }, deps) {
    // Malformed before unknown: whoever nobody knows is held to what is sold now.
    const current = await getCustomerPlan(deps.db, id, await deps.clock.now());
    const pack = await orderedPack(deps.db, current, packId);
    if (pack !== undefined) assertQuantity(quantity, pack);
    return { customer: await getOpenCustomer(deps.db, id), current, pack };
  },
  async handle({ body: { packId, ...setting } }, deps, { customer, current: { plan, catalog }, pack }) {
    if (pack === undefined) throw notSold(catalog, 'packs', packId ?? '');
    const refused = refusalOfPack(catalog, planOrDefault(catalog, plan), pack);
    if (refused !== undefined) throw refused;
    const threshold = credits(setting.threshold);
    await sendToTopUp(deps, customer, setAutoTopUpUpdate, [{ ...setting, threshold, pack: pack.id }]);
    return { status: 200, body: autoTopUpView(customer.id, await findAutoTopUp(deps.db, customer.id)) };
  },
});
