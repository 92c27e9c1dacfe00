import { z } from 'zod';
import { getCustomer } from '../../../store/customers';
import { listLicenses } from '../../../store/licenses';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { pageOf, pageQuery } from '../../schemas';
import { licenseSchema, licenseView } from './license-view';

export const listCustomerLicenses = defineOperation({
  summary: "List a customer's licences",
  tag: 'Images',
  access: 'customer',
  belongsTo: customerInPath,
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'The licences, newest first.', schema: pageOf(licenseSchema) } },
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle({ query }, { db }, customer) {
    const page = await listLicenses(db, customer.id, query);
    return { status: 200, body: { ...page, data: page.data.map(licenseView) } };
  },
});
