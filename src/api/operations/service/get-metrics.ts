import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';

export const getMetrics = defineOperation({
  summary: 'Get Prometheus metrics',
  tag: 'System',
  access: 'public',
  belongsTo: nobody,
  answers: { 200: { description: 'The metrics of this process.', contentType: 'text/plain' } },
  handle: async (_call, { metrics }) => ({
    status: 200,
    bytes: await metrics.metrics(),
    contentType: metrics.contentType,
  }),
});
