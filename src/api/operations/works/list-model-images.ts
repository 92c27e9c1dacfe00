import { z } from 'zod';
import { listLandingPageImages } from '../../../store/images';
import { getVisibleModel } from '../../../store/models';
import { defineOperation } from '../../http/operation';
import { pageOf, pageQuery, viewerQuery } from '../../http/schemas';
import { getViewerId } from '../customers/viewer';
import { imageSchema, imageView } from './image-view';

export const listModelImages = defineOperation({
  summary: "List a model's public images",
  tag: 'Models',
  access: 'customer',
  query: z.strictObject({ ...viewerQuery, ...pageQuery }),
  answers: {
    200: {
      description: 'Public images that the owner has not hidden, newest first.',
      schema: pageOf(imageSchema),
    },
  },
  find: async ({ id, query }, { db }) => getVisibleModel(db, id, await getViewerId(db, query)),
  async handle({ query: { cursor, limit } }, { db }, model) {
    const page = await listLandingPageImages(db, model.id, { cursor, limit });
    return { status: 200, body: { ...page, data: page.data.map(imageView) } };
  },
});
