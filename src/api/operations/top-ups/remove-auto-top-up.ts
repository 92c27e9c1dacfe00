import { findAutoTopUp } from '../../../store/auto-top-ups';
import { getCustomer } from '../../../store/customers';
import { removeAutoTopUpUpdate } from '../../../workflows/top-ups/messages';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { sendToTopUp } from './top-up-command';

export const removeAutoTopUp = defineOperation({
  summary: 'Turn off automatic top-up',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: customerInPath,
  answers: { 204: { description: 'Automatic top-up is off.' } },
  problems: ['unavailable'],
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle(_call, deps, customer) {
    const state = await findAutoTopUp(deps.db, customer.id);
    if (state !== undefined && state.setting !== null)
      await sendToTopUp(deps, customer, removeAutoTopUpUpdate, []);
    return { status: 204 };
  },
});
