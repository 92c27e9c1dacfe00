import { DomainError } from '../../../domain/errors';
import { findTrainingFrom } from '../../../store/spends';
import { deleteUploads } from '../../../store/uploads';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownUpload } from '../belongings';
import { ownerBody, ownerQuery } from './named-owner';

export const deleteUpload = defineOperation({
  summary: 'Delete an upload',
  description:
    'Deletes a picture for good, and its signed links with it. Models that were trained from it stay. Refused with 409 `state_conflict` while a training uses it.',
  tag: 'Models',
  access: 'customer',
  belongsTo: ownUpload,
  query: ownerQuery,
  askedQuery: ['customerId'],
  body: optionalJsonBody(ownerBody),
  answers: { 204: { description: 'Deleted.' } },
  problems: ['state_conflict', 'unavailable'],
  async handle(_call, { db, objectStore }, upload) {
    // A training that is admitted after this check finds no picture, fails and costs nothing.
    const training = await findTrainingFrom(db, upload);
    if (training !== undefined) {
      throw new DomainError(
        'state_conflict',
        `The training ${training.id} uses the upload. Wait until it has ended.`,
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
