import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { getLicense as readLicense } from '../../../store/licenses';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { getViewerId } from '../customers/viewer';
import { licenseSchema, licenseView } from './license-view';

export const getLicense = defineOperation({
  summary: 'Get a licence',
  tag: 'Images',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The licence.', schema: licenseSchema } },
  async find({ id, query }, { db }) {
    const viewerId = await getViewerId(db, query);
    const license = await readLicense(db, id);
    if (license.customerId !== viewerId) throw new DomainError('not_found', `No licence ${id}.`);
    return license;
  },
  handle: (_call, _deps, license) => Promise.resolve({ status: 200, body: licenseView(license) }),
});
