import { addOnWorkflowId } from '../../../src/domain/keys';
import { orderPack, statusOf } from '../props';
import type { Trouble } from '../trouble';

export const orderUnpaid: Trouble = {
  name: 'order-unpaid',
  row: 'An order is never paid',
  story: 'A pack was ordered, and the customer has left the checkout open and gone home.',
  async make(stage) {
    const { id, customerId, sessionId } = await orderPack(stage);
    return {
      ids: [id, customerId, sessionId],
      workflowId: addOnWorkflowId(id),
      isMended: async () => (await statusOf(stage, `/v1/add-ons/${id}`)) === 'canceled',
    };
  },
};
