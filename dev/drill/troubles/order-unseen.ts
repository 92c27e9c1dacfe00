import { addOnWorkflowId } from '../../../src/domain/keys';
import { orderPack, statusOf } from '../props';
import type { Trouble } from '../trouble';

export const orderUnseen: Trouble = {
  name: 'order-unseen',
  row: 'An order waits for its payment',
  story:
    'A pack was paid for at the checkout, and the webhook that tells of it was lost: the order is still pending.',
  async make(stage) {
    const { id, customerId, checkoutUrl } = await orderPack(stage);
    await stage.withoutWebhooks(() => stage.pay(checkoutUrl));
    return {
      ids: [id, customerId],
      workflowId: addOnWorkflowId(id),
      isMended: async () => (await statusOf(stage, `/v1/add-ons/${id}`)) === 'paid',
    };
  },
};
