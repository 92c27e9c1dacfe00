import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { ownHold } from '../belongings';
import { holdSchema, holdView } from './hold-view';

export const getHold = defineOperation({
  summary: 'Get a hold',
  tag: 'Holds',
  access: 'key',
  belongsTo: ownHold,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The hold.', schema: holdSchema } },
  handle: (_call, _deps, hold) => Promise.resolve({ status: 200, body: holdView(hold) }),
});
