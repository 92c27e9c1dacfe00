import { docsPage } from '../pages/docs-page';
import { defineOperation } from '../operation';

export const getDocs = defineOperation({
  summary: 'Describe the API to people',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'A page that needs nothing from elsewhere.', contentType: 'text/html' } },
  handle: (_call, { openApi }) =>
    Promise.resolve({ status: 200, bytes: docsPage(openApi), contentType: 'text/html; charset=utf-8' }),
});
