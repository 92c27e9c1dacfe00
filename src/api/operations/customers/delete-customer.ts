import { z } from 'zod';
import type { Blocker } from '../../../domain/erasures/erasure';
import { DomainError } from '../../../domain/errors';
import { newId } from '../../../platform/ids';
import { getRecordedCustomer } from '../../../store/customers';
import { eraseUpdate, ERASURE_WORKFLOW, erasureStart } from '../../../workflows/erasures/messages';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { answerId } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { blockerSchema } from './blocker-view';

const query = z.strictObject({
  end: z.literal('now').optional().meta({
    description: '`now`: end first what is paid for, set up or open, and wait for running work.',
  }),
});

const erasingSchema = z
  .strictObject({
    customerId: answerId,
    status: z.literal('erasing'),
    waitsFor: z.array(blockerSchema),
  })
  .meta({ id: 'Erasing' });

/** How many of what is in the way a sentence names. */
const NAMED_MAX = 5;

export const deleteCustomer = defineOperation({
  summary: 'Delete a customer',
  description:
    'Erases personal data: who they are, prompts, models, uploads, private pictures, and the customer at Stripe. The ledger is kept, under an id that names nobody. While something is paid for, set up or running it is refused with 409 `state_conflict` and `blockers`. With `?end=now` all of that is ended first, and the answer is 202 until it has ended; meanwhile nothing new can begin, and portal links stop working at once. Repeat the request to see how far it is.',
  tag: 'Customers',
  access: 'key',
  belongsTo: customerInPath,
  query,
  answers: {
    204: { description: 'Erased; every read of the customer answers 404.' },
    202: { description: 'Erasure has begun and waits for something to end.', schema: erasingSchema },
  },
  problems: ['state_conflict', 'unavailable'],
  find: ({ id }, { db }) => getRecordedCustomer(db, id),
  async handle({ query: { end } }, deps, { id: customerId, erasedAt }) {
    if (erasedAt !== null) return { status: 204 };
    const standing = await updateWithStart(
      deps,
      { definition: eraseUpdate, updateId: newId('req'), args: [{ end: end === 'now' }] },
      { workflow: ERASURE_WORKFLOW, options: erasureStart({ customerId }) },
    );
    if (standing === undefined) {
      throw new DomainError('unavailable', 'The outcome is not known yet. Repeat the same request.');
    }
    if (standing.outcome === 'blocked') throw blocked(standing.blockers);
    if (standing.outcome === 'erased') return { status: 204 };
    return { status: 202, body: { customerId, status: 'erasing', waitsFor: standing.waitsFor } };
  },
});

function blocked(blockers: readonly Blocker[]): DomainError {
  const named = blockers.slice(0, NAMED_MAX).map(({ kind, id }) => `${kind} ${id}`);
  const rest = blockers.length > NAMED_MAX ? ` and ${String(blockers.length - NAMED_MAX)} more` : '';
  return new DomainError(
    'state_conflict',
    `The customer has something that is paid for, set up or at work: ${named.join(', ')}${rest}. End it first, or have it ended with ?end=now.`,
    { blockers },
  );
}
