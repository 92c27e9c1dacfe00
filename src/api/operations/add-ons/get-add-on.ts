import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { ownOrder } from '../belongings';
import { addOnSchema, addOnView } from './add-on-view';

export const getAddOn = defineOperation({
  summary: 'Get an add-on order',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: ownOrder,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The order.', schema: addOnSchema } },
  handle: (_call, _deps, order) => Promise.resolve({ status: 200, body: addOnView(order) }),
});
