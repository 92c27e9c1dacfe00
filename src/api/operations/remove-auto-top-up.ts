import { findAutoTopUp } from '../../store/auto-top-ups';
import { getCustomer } from '../../store/customers';
import { removeAutoTopUpUpdate } from '../../workflows/messages';
import { defineOperation } from '../operation';
import { sendToTopUp } from '../top-up-command';

export const removeAutoTopUp = defineOperation({
  summary: 'Buy nothing by itself any more',
  tag: 'Add-ons',
  access: 'customer',
  answers: { 204: { description: 'It is off.' } },
  problems: ['unavailable'],
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle(_call, deps, customer) {
    const state = await findAutoTopUp(deps.db, customer.id);
    if (state !== undefined && state.setting !== null)
      await sendToTopUp(deps, customer, removeAutoTopUpUpdate, []);
    return { status: 204 };
  },
});
