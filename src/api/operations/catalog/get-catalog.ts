import { z } from 'zod';
import { getCurrentCatalog } from '../../../store/catalogs';
import { getCustomerPlan } from '../../../store/customer-plan';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { viewer } from '../belongings';
import { catalogSchema, catalogView } from './catalog-view';

export const getCatalog = defineOperation({
  summary: 'Get the catalog',
  description:
    'The newest version; with `customerId`, the one that the customer is held to: a subscription keeps the version that it was bought with.',
  tag: 'Catalog',
  access: 'customer',
  belongsTo: viewer,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'What is sold, done and bought.', schema: catalogSchema } },
  async handle(_call, { db, clock }, viewerId) {
    const catalog =
      viewerId === undefined
        ? await getCurrentCatalog(db)
        : (await getCustomerPlan(db, viewerId, await clock.now())).catalog;
    return { status: 200, body: catalogView(catalog) };
  },
});
