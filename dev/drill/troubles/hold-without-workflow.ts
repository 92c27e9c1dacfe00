import { spendWorkflowId } from '../../../src/domain/keys';
import { holdIdOf } from '../../../src/store/spends';
import { isRinging, longSpend, statusOf } from '../props';
import type { Trouble } from '../trouble';

export const holdWithoutWorkflow: Trouble = {
  name: 'hold-without-workflow',
  row: 'A hold without a workflow',
  story: 'Somebody has terminated the workflow of a spend: its credits are held, and nobody works on it.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    const id = await longSpend(stage, customerId, '5s');
    const workflowId = spendWorkflowId(id);
    await stage.temporal.workflow.getHandle(workflowId).terminate('a drill');
    return {
      ids: [id, customerId],
      workflowId,
      async isMended() {
        const isSettled = (await statusOf(stage, `/v1/spends/${id}`)) === 'succeeded';
        return isSettled && !(await isRinging(stage, holdIdOf(id)));
      },
    };
  },
};
