import { defineOperation } from '../operation';

export const getMetrics = defineOperation({
  summary: 'Measurements in the format of Prometheus',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'The measurements of this process.', contentType: 'text/plain' } },
  handle: async (_call, { metrics }) => ({
    status: 200,
    bytes: await metrics.metrics(),
    contentType: metrics.contentType,
  }),
});
