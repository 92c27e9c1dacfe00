import { findAutoTopUp } from '../../../store/auto-top-ups';
import { getCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { autoTopUpSchema, autoTopUpView } from './auto-top-up-view';

export const getAutoTopUp = defineOperation({
  summary: 'Get automatic top-up',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: customerInPath,
  answers: { 200: { description: 'The setting, and why it stopped.', schema: autoTopUpSchema } },
  async find({ id }, { db }) {
    const customer = await getCustomer(db, id);
    return autoTopUpView(customer.id, await findAutoTopUp(db, customer.id));
  },
  handle: (_call, _deps, body) => Promise.resolve({ status: 200, body }),
});
