import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';

export const getHealthz = defineOperation({
  summary: 'Check liveness',
  tag: 'System',
  access: 'public',
  belongsTo: nobody,
  answers: { 200: { description: 'Alive.', schema: z.strictObject({ status: z.literal('ok') }) } },
  handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
});
