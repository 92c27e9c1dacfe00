import { getCustomer as readCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { customerSchema } from './customer-view';
import { showCustomer } from './show-customer';

export const getCustomer = defineOperation({
  summary: 'Get a customer',
  tag: 'Customers',
  access: 'customer',
  belongsTo: customerInPath,
  answers: {
    200: {
      description: 'The customer, with their current plan and subscription.',
      schema: customerSchema,
    },
  },
  find: ({ id }, { db }) => readCustomer(db, id),
  handle: async (_call, deps, customer) => ({ status: 200, body: await showCustomer(deps, customer) }),
});
