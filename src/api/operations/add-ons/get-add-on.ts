import { z } from 'zod';
import { getAddOnOrder } from '../../../store/add-on-orders';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { assertOwn } from '../customers/viewer';
import { addOnSchema, addOnView } from './add-on-view';

export const getAddOn = defineOperation({
  summary: 'Get an add-on order',
  tag: 'Add-ons',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The order.', schema: addOnSchema } },
  async find({ id, query }, { db }) {
    const order = await getAddOnOrder(db, id);
    await assertOwn(db, query, order);
    return order;
  },
  handle: (_call, _deps, order) => Promise.resolve({ status: 200, body: addOnView(order) }),
});
