import { z } from 'zod';
import { isTerminal } from '../../domain/spend';
import { getSpend } from '../../store/spends';
import { askToStop } from '../ask-to-stop';
import { optionalJsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { viewerQuery } from '../schemas';
import { assertOwn } from '../viewer';
import { spendSchema, spendView } from '../views/spend-view';

export const cancelSpend = defineOperation({
  summary: 'Cancel a spend',
  description:
    'Asks the spend to stop. Work that has not begun is released; of running work only what was delivered is captured. The first terminal state wins, so a finished spend is answered as it is. Safe to repeat.',
  tag: 'Spends',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  body: optionalJsonBody(z.strictObject({})),
  answers: { 202: { description: 'The spend; it ends soon after.', schema: spendSchema } },
  problems: ['unavailable'],
  async find({ id, query }, { db }) {
    const spend = await getSpend(db, id);
    await assertOwn(db, query, spend);
    return spend;
  },
  async handle(_call, deps, spend) {
    if (!isTerminal(spend.status)) await askToStop(deps, spend.workflowId);
    return { status: 202, body: spendView(await getSpend(deps.db, spend.id)) };
  },
});
