import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { isTerminal } from '../../../domain/spends/spend';
import { getSpend, type Spend } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { viewerQuery } from '../../schemas';
import { ownSpend } from '../belongings';
import { askToStop } from './ask-to-stop';
import { spendSchema, spendViewFor } from './spend-view';

export const cancelSpend = defineOperation({
  summary: 'Cancel a spend',
  description:
    'Asks the spend to stop. The credits of work that has not begun are released; of running work only what was delivered is captured, and nothing of external work. The first terminal state wins, so a finished spend is answered as it is. For a spend whose workflow is gone the answer is 409, because nothing would stop it. Safe to repeat.',
  tag: 'Spends',
  access: 'customer',
  belongsTo: ownSpend,
  query: z.strictObject(viewerQuery),
  body: optionalJsonBody(z.strictObject({})),
  answers: { 202: { description: 'The spend; it ends soon after.', schema: spendSchema } },
  problems: ['state_conflict', 'unavailable'],
  async handle({ caller }, deps, spend) {
    const isHeard = isTerminal(spend.status) || (await askToStop(deps, spend.workflowId));
    const seen = await getSpend(deps.db, spend.id);
    // A spend settles before its workflow ends, so an open one without a workflow would never end.
    if (!isHeard && !isTerminal(seen.status)) throw abandoned(seen);
    return { status: 202, body: spendViewFor(caller, seen) };
  },
});

function abandoned({ id }: Spend): DomainError {
  return new DomainError(
    'state_conflict',
    `The workflow of this spend is gone, and its credits stay held. It can be canceled once an operator has restarted it (/docs/operators, "A hold without a workflow").`,
    { spendId: id },
  );
}
