import { definePage } from '../../define-page';
import { docsPage } from './docs-page';

export const getDocs = definePage({
  summary: 'Get the API reference',
  tag: 'System',
  answer: 'A self-contained page.',
  html: ({ openApi }) => docsPage(openApi),
});
