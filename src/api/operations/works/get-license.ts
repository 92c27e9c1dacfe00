import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { ownLicense } from '../belongings';
import { licenseSchema, licenseView } from './license-view';

export const getLicense = defineOperation({
  summary: 'Get a licence',
  tag: 'Images',
  access: 'customer',
  belongsTo: ownLicense,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The licence.', schema: licenseSchema } },
  handle: (_call, _deps, license) => Promise.resolve({ status: 200, body: licenseView(license) }),
});
