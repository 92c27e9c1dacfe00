import { getCurrentCatalog } from '../../../store/catalogs';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { catalogSchema, catalogView } from './catalog-view';

export const getCatalog = defineOperation({
  summary: 'Get the catalog',
  tag: 'Catalog',
  access: 'customer',
  belongsTo: nobody,
  answers: { 200: { description: 'The current version.', schema: catalogSchema } },
  handle: async (_call, { db }) => ({ status: 200, body: catalogView(await getCurrentCatalog(db)) }),
});
