import { eraseCustomer, getCustomer } from '../../store/customers';
import { defineOperation } from '../operation';

export const deleteCustomer = defineOperation({
  summary: "Erase a customer's personal data",
  description: 'Email and name are erased; ids, the ledger, works and licences stay. Idempotent.',
  tag: 'Customers',
  access: 'key',
  answers: { 204: { description: 'Erased.' } },
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle(_call, { db, clock }, customer) {
    await eraseCustomer(db, customer.id, await clock.now());
    return { status: 204 };
  },
});
