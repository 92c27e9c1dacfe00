import { spendWorkflowId } from '../../../src/domain/keys';
import { isTerminal } from '../../../src/domain/spends/spend';
import type { SpendStatus } from '../../../src/domain/spends/spend';
import { longSpend, statusOf, troubleOf } from '../props';
import type { Trouble } from '../trouble';

export const providerFrozen: Trouble = {
  name: 'provider-frozen',
  row: 'The provider is silent',
  story: 'The machine of the provider hangs: it takes connections and answers none.',
  meetsEverySpend: true,
  async make(stage) {
    const studio = stage.dev.pids.studio;
    if (studio === undefined) throw new Error('The drill can freeze the studio of the stack alone.');
    const customerId = await stage.newCustomer();
    const id = await longSpend(stage, customerId, '6h');
    const workflowId = spendWorkflowId(id);
    process.kill(studio, 'SIGSTOP');
    await stage.until(`${id} says why it waits`, async () => (await troubleOf(stage, workflowId)) !== 'none');
    return {
      ids: [id, customerId],
      workflowId,
      repair: `kill -CONT ${String(studio)}`,
      isMended: async () => isTerminal((await statusOf(stage, `/v1/spends/${id}`)) as SpendStatus),
    };
  },
};
