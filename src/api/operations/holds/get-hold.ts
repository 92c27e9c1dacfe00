import { z } from 'zod';
import { getExternalHold } from './external-hold';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { assertOwn } from '../customers/viewer';
import { holdSchema, holdView } from './hold-view';

export const getHold = defineOperation({
  summary: 'Get a hold',
  tag: 'Holds',
  access: 'key',
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The hold.', schema: holdSchema } },
  async find({ id, query }, deps) {
    const hold = await getExternalHold(deps, id);
    await assertOwn(deps.db, query, hold);
    return hold;
  },
  handle: (_call, _deps, hold) => Promise.resolve({ status: 200, body: holdView(hold) }),
});
