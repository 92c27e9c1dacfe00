import { spendWorkflowId } from '../../../src/domain/keys';
import { isTerminal } from '../../../src/domain/spends/spend';
import type { SpendStatus } from '../../../src/domain/spends/spend';
import { longSpend, statusOf } from '../props';
import type { Trouble } from '../trouble';

export const spendWaits: Trouble = {
  name: 'spend-waits',
  row: 'A spend waits for its provider',
  story: 'The provider has taken the work and does not come to an end; the credits stay held.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    const id = await longSpend(stage, customerId, '6h');
    return {
      ids: [id, customerId],
      workflowId: spendWorkflowId(id),
      isMended: async () => isTerminal((await statusOf(stage, `/v1/spends/${id}`)) as SpendStatus),
    };
  },
};
