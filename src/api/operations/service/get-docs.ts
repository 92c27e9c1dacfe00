import { definePage } from '../../pages/define-page';
import { docsPage } from '../../pages/docs-page';

export const getDocs = definePage({
  summary: 'Get the API reference',
  tag: 'System',
  answer: 'A self-contained page.',
  html: ({ openApi }) => docsPage(openApi),
});
