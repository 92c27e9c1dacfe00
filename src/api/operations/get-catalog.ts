import { getCurrentCatalog } from '../../store/catalogs';
import { defineOperation } from '../operation';
import { catalogSchema, catalogView } from '../views/catalog-view';

export const getCatalog = defineOperation({
  summary: 'Read what is sold, done and bought',
  tag: 'Catalog',
  access: 'customer',
  answers: { 200: { description: 'The current version.', schema: catalogSchema } },
  handle: async (_call, { db }) => ({ status: 200, body: catalogView(await getCurrentCatalog(db)) }),
});
