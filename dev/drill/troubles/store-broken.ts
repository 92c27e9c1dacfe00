import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { spendWorkflowId } from '../../../src/domain/keys';
import { longSpend, statusOf, troubleOf } from '../props';
import type { Trouble } from '../trouble';

export const storeBroken: Trouble = {
  name: 'store-broken',
  row: 'The object store takes nothing',
  story: 'The object store cannot be written to: pictures are painted, and cannot be kept.',
  meetsEverySpend: true,
  async make(stage) {
    const customerId = await stage.newCustomer();
    const id = await longSpend(stage, customerId, '3s');
    const workflowId = spendWorkflowId(id);
    const folder = join(resolve(stage.home), 'objects');
    const aside = `${folder}.aside`;
    await rename(folder, aside);
    await writeFile(folder, 'No folder any more.\n');
    await stage.until(`${id} says why it waits`, async () => (await troubleOf(stage, workflowId)) !== 'none');
    return {
      ids: [id, customerId],
      workflowId,
      repair: `rm '${folder}' && mv '${aside}' '${folder}'`,
      isMended: async () => (await statusOf(stage, `/v1/spends/${id}`)) === 'succeeded',
    };
  },
};
