import { getCurrentCatalog } from '../../../store/catalogs';
import { defineOperation } from '../../http/operation';
import { catalogSchema, catalogView } from './catalog-view';

export const getCatalog = defineOperation({
  summary: 'Get the catalog',
  tag: 'Catalog',
  access: 'customer',
  answers: { 200: { description: 'The current version.', schema: catalogSchema } },
  handle: async (_call, { db }) => ({ status: 200, body: catalogView(await getCurrentCatalog(db)) }),
});
