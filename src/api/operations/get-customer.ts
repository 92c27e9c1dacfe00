import { getCustomer as readCustomer } from '../../store/customers';
import { loadCustomerPlan } from '../customer-plan';
import { defineOperation } from '../operation';
import { customerSchema, customerView } from '../views/customer-view';

export const getCustomer = defineOperation({
  summary: 'Get a customer',
  tag: 'Customers',
  access: 'customer',
  answers: { 200: { description: 'The customer and their current plan.', schema: customerSchema } },
  find: ({ id }, { db }) => readCustomer(db, id),
  async handle(_call, deps, customer) {
    const { plan } = await loadCustomerPlan(deps, customer.id);
    return { status: 200, body: customerView(customer, plan) };
  },
});
