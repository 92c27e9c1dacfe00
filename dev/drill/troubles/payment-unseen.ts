import { subscriptionWorkflowId } from '../../../src/domain/keys';
import { openSubscription, statusOf } from '../props';
import type { Trouble } from '../trouble';

export const paymentUnseen: Trouble = {
  name: 'payment-unseen',
  row: 'A customer has paid and has no credits',
  story: 'The customer has paid at the checkout, and the webhook that tells of it was lost.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    const { id, checkoutUrl } = await openSubscription(stage, customerId);
    await stage.withoutWebhooks(() => stage.pay(checkoutUrl));
    return {
      ids: [id, customerId],
      workflowId: subscriptionWorkflowId(id),
      isMended: async () => (await statusOf(stage, `/v1/subscriptions/${id}`)) === 'active',
    };
  },
};
