import { docsPage } from '../pages/docs-page';
import { pageHeaders } from '../pages/page-headers';
import { defineOperation } from '../operation';

export const getDocs = defineOperation({
  summary: 'Get the API reference',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'A self-contained page.', contentType: 'text/html' } },
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
