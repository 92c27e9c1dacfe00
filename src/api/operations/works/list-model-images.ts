import { z } from 'zod';
import { listLandingPageImages } from '../../../store/images';
import { defineOperation } from '../../define-operation';
import { pageOf, pageQuery, viewerQuery } from '../../schemas';
import { visibleModel } from '../belongings';
import { imageSchema, imageView } from './image-view';

export const listModelImages = defineOperation({
  summary: "List a model's public images",
  tag: 'Models',
  access: 'customer',
  belongsTo: visibleModel,
  query: z.strictObject({ ...viewerQuery, ...pageQuery }),
  answers: {
    200: {
      description: 'Public images that the owner has not hidden, newest first.',
      schema: pageOf(imageSchema),
    },
  },
  async handle({ query: { cursor, limit } }, { db }, model) {
    const page = await listLandingPageImages(db, model.id, { cursor, limit });
    return { status: 200, body: { ...page, data: page.data.map(imageView) } };
  },
});
