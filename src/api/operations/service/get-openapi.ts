import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';

export const getOpenapi = defineOperation({
  summary: 'Get the OpenAPI document',
  tag: 'System',
  access: 'public',
  belongsTo: nobody,
  answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
  handle: (_call, { openApi }) => Promise.resolve({ status: 200, body: openApi }),
});
