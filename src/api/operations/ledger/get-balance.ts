import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { getBalance as readBalance } from '../../../ledger/get-balance';
import { expireDue } from '../../../ledger/sweep-expired';
import { dueOf } from '../../../store/allowances';
import { getCustomer } from '../../../store/customers';
import { findNextGranting } from '../../../store/subscriptions';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { instantSchema } from '../../schemas';
import { balanceSchema, nextGrantView } from './balance-view';

const query = z.strictObject({
  at: instantSchema.optional().meta({ description: 'The balance as it was at this instant in the past.' }),
});

export const getBalance = defineOperation({
  summary: "Get a customer's balance",
  description: 'Lots are listed in the order in which they will be spent.',
  tag: 'Customers',
  access: 'customer',
  belongsTo: customerInPath,
  query,
  answers: { 200: { description: 'The balance.', schema: balanceSchema } },
  async find({ id, query: { at } }, { db, clock }) {
    // Malformed before unknown: no customer has a balance in the future.
    if (at !== undefined && at > (await clock.now()))
      throw new DomainError('invalid_request', 'The instant is in the future.', { field: 'at' });
    return getCustomer(db, id);
  },
  async handle({ query: { at } }, { db, ledger, allowancesOf, clock }, { id }) {
    if (at === undefined) {
      const now = await clock.now();
      await expireDue(db, ledger, id, now);
      const due = await dueOf(allowancesOf, id, now);
      const [balance, subscription] = await Promise.all([
        readBalance(db, id, undefined, due),
        findNextGranting(db, id),
      ]);
      return { status: 200, body: { ...balance, nextGrant: nextGrantView(subscription) } };
    }
    return { status: 200, body: { ...(await readBalance(db, id, at)), nextGrant: null } };
  },
});
