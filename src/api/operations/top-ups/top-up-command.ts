import type { UpdateDefinition } from '@temporalio/common';
import { DomainError } from '../../../domain/errors';
import { newId } from '../../../platform/ids';
import type { Customer } from '../../../store/customers';
import { TOP_UP_WORKFLOW, topUpStart } from '../../../workflows/top-ups/messages';
import type { ApiDeps } from '../../deps';
import { updateWithStart } from '../../temporal/update-with-start';

/** Sends a command to a customer's automatic top-up. Setting and removing repeat without harm, so each has an id of its own. */
export async function sendToTopUp<Args extends unknown[]>(
  deps: ApiDeps,
  { id: customerId, externalId }: Pick<Customer, 'id' | 'externalId'>,
  definition: UpdateDefinition<null, Args>,
  args: Args,
): Promise<void> {
  const answer = await updateWithStart(
    deps,
    { definition, updateId: newId('req'), args },
    { workflow: TOP_UP_WORKFLOW, options: topUpStart(customerId, externalId) },
  );
  if (answer === undefined) {
    throw new DomainError('unavailable', 'The outcome is not known yet. Repeat the same request.');
  }
}
