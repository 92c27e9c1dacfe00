import { z } from 'zod';
import { credits } from '../../../domain/credits';
import { hasRight } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import { getCustomerPlan } from '../../../store/customer-plan';
import { findAutoTopUp } from '../../../store/auto-top-ups';
import { getOpenCustomer } from '../../../store/customers';
import { setAutoTopUpUpdate } from '../../../workflows/top-ups/messages';
import { jsonBody } from '../../http/bodies/json-body';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { CREDITS_PER_REQUEST_MAX } from '../../schemas';
import { sendToTopUp } from './top-up-command';
import { autoTopUpSchema, autoTopUpView } from './auto-top-up-view';

const PACKS_MAX = 1_000;

const body = z.strictObject({
  threshold: z
    .int()
    .min(1)
    .max(CREDITS_PER_REQUEST_MAX)
    .meta({ description: 'Buy when fewer credits than this are available.' }),
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
  problems: ['subscription_required', 'state_conflict', 'unavailable'],
  async find({ id, body: { quantity } }, deps) {
    // Malformed before unknown: whoever nobody knows is held to what is sold now.
    const current = await getCustomerPlan(deps.db, id, await deps.clock.now());
    const { addOnQuantityMax: max } = current.catalog.policies;
    if (quantity > max) {
      throw new DomainError('invalid_request', `At most ${max} packs can be bought at once.`, {
        field: 'quantity',
      });
    }
    return { customer: await getOpenCustomer(deps.db, id), current };
  },
  async handle({ body: setting }, deps, { customer, current: { rights, plan, catalog } }) {
    if (!hasRight(rights, 'addOns')) {
      throw new DomainError('subscription_required', 'Add-ons are sold to paid subscribers only.', { plan });
    }
    const [pack] = catalog.packs.values();
    if (pack === undefined) throw new Error('the catalog has no pack');
    const threshold = credits(setting.threshold);
    await sendToTopUp(deps, customer, setAutoTopUpUpdate, [{ ...setting, threshold, pack: pack.id }]);
    return { status: 200, body: autoTopUpView(customer.id, await findAutoTopUp(deps.db, customer.id)) };
  },
});
