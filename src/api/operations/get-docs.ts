import { docsPage } from '../pages/docs-page';
import { pageHeaders } from '../pages/page-headers';
import { defineOperation } from '../operation';

export const getDocs = defineOperation({
  summary: 'Describe the API to people',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'A page that needs nothing from elsewhere.', contentType: 'text/html' } },
  handle(_call, { openApi }) {
    const html = docsPage(openApi);
    return Promise.resolve({
      status: 200,
      bytes: html,
      contentType: 'text/html; charset=utf-8',
      headers: pageHeaders(html),
    });
  },
});
