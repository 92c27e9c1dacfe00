import { subscriptionWorkflowId } from '../../../src/domain/keys';
import { statusOf, subscribe } from '../props';
import type { Trouble } from '../trouble';

export const paused: Trouble = {
  name: 'paused',
  row: 'A subscription is paused',
  story: 'The subscription was paused and forgotten: nothing is charged and nothing granted.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    const id = await subscribe(stage, customerId);
    await stage.call('POST', `/v1/subscriptions/${id}/pause`, {});
    return {
      ids: [id, customerId],
      workflowId: subscriptionWorkflowId(id),
      isMended: async () => (await statusOf(stage, `/v1/subscriptions/${id}`)) === 'active',
    };
  },
};
