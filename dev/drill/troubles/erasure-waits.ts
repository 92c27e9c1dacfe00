import { erasureWorkflowId, spendWorkflowId } from '../../../src/domain/keys';
import { longSpend } from '../props';
import type { Trouble } from '../trouble';

export const erasureWaits: Trouble = {
  name: 'erasure-waits',
  row: 'An erasure does not end',
  story: 'A customer is to be erased, and waits for a spend whose workflow somebody has terminated.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    const id = await longSpend(stage, customerId, '10m');
    await stage.temporal.workflow.getHandle(spendWorkflowId(id)).terminate('a drill');
    await stage.call('DELETE', `/v1/customers/${customerId}?end=now`);
    const erasure = stage.temporal.workflow.getHandle(erasureWorkflowId(customerId));
    return {
      ids: [customerId, id],
      workflowId: erasureWorkflowId(customerId),
      isMended: async () => (await erasure.describe()).status.name === 'COMPLETED',
    };
  },
};
