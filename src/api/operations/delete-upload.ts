import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { findTrainingFrom } from '../../store/spends';
import { deleteUploads, getOwnUpload } from '../../store/uploads';
import { optionalJsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { idSchema, viewerQuery } from '../schemas';

const body = z.strictObject({
  customerId: idSchema
    .optional()
    .meta({ description: 'The owner. Clients that send no body may put it in the query instead.' }),
});

export const deleteUpload = defineOperation({
  summary: 'Delete an upload',
  description:
    'The picture is gone for good, and its signed links with it. Models that were trained from it stay. Refused with 409 `state_conflict` while a training learns from it.',
  tag: 'Models',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  body: optionalJsonBody(body),
  answers: { 204: { description: 'Deleted.' } },
  problems: ['state_conflict', 'unavailable'],
  find({ id, body: { customerId }, query }, { db }) {
    const ownerId = customerId ?? query.customerId;
    if (ownerId === undefined) {
      throw new DomainError('invalid_request', 'Say whose upload it is.', { field: 'customerId' });
    }
    return getOwnUpload(db, id, ownerId);
  },
  async handle(_call, { db, objectStore }, upload) {
    // A training that is admitted in this very moment finds no picture, fails and costs nothing.
    const training = await findTrainingFrom(db, upload);
    if (training !== undefined) {
      throw new DomainError(
        'state_conflict',
        `The training ${training.id} learns from it. Wait for its end.`,
        {
          spendId: training.id,
        },
      );
    }
    // The object first and then its row, so that a repeat finds what is left.
    await objectStore.remove(upload.objectKey);
    await deleteUploads(db, [upload.id]);
    return { status: 204 };
  },
});
