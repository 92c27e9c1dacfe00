import { z } from 'zod';
import { getCustomer } from '../../../store/customers';
import { listSpends } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { pageOf, pageQuery } from '../../schemas';
import { spendSchema, spendViewFor } from './spend-view';

export const listCustomerSpends = defineOperation({
  summary: "List a customer's spends",
  tag: 'Spends',
  access: 'customer',
  belongsTo: customerInPath,
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'The spends, newest first.', schema: pageOf(spendSchema) } },
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle({ caller, query }, { db }, customer) {
    const page = await listSpends(db, customer.id, query);
    return { status: 200, body: { ...page, data: page.data.map((spend) => spendViewFor(caller, spend)) } };
  },
});
