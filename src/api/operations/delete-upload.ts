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
    .meta({ description: 'The owner; may be given here instead of in the query.' }),
});

export const deleteUpload = defineOperation({
  summary: 'Delete an upload',
  description:
    'Deletes the picture for good; its signed links end with it. Models that were trained from it stay. Refused with 409 `state_conflict` while a training uses it.',
  tag: 'Models',
  access: 'customer',
  query: z.strictObject({
    customerId: viewerQuery.customerId.meta({
      description: 'The owner. With a portal token it is ignored: the token names the customer.',
    }),
  }),
  askedQuery: ['customerId'],
  body: optionalJsonBody(body),
  answers: { 204: { description: 'Deleted.' } },
  problems: ['state_conflict', 'unavailable'],
  find({ id, body: { customerId }, query }, { db }) {
    const ownerId = customerId ?? query.customerId;
    if (ownerId === undefined) {
      throw new DomainError(
        'invalid_request',
        '`customerId` is missing: name the owner of the upload, in the body or in the query.',
        { field: 'customerId' },
      );
    }
    return getOwnUpload(db, id, ownerId);
  },
  async handle(_call, { db, objectStore }, upload) {
    // A training that is admitted after this check finds no picture, fails and costs nothing.
    const training = await findTrainingFrom(db, upload);
    if (training !== undefined) {
      throw new DomainError(
        'state_conflict',
        `The training ${training.id} uses it. Wait until it has ended.`,
        {
          spendId: training.id,
        },
      );
    }
    // The object before its row, so that a repeat finds what is left.
    await objectStore.remove(upload.objectKey);
    await deleteUploads(db, [upload.id]);
    return { status: 204 };
  },
});
