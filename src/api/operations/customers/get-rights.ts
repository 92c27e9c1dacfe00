import { getCustomerPlan } from '../../../store/customer-plan';
import { getCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { rightsSchema, rightsView } from './rights-view';

export const getRights = defineOperation({
  summary: "Get a customer's rights",
  tag: 'Customers',
  access: 'customer',
  belongsTo: customerInPath,
  answers: { 200: { description: 'The rights of the current plan.', schema: rightsSchema } },
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle(_call, deps, customer) {
    const { plan, catalog } = await getCustomerPlan(deps.db, customer.id, await deps.clock.now());
    return { status: 200, body: rightsView(plan, catalog) };
  },
});
