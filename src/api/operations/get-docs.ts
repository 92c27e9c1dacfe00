import { definePage } from '../pages/define-page';
import { docsPage } from '../pages/docs-page';

export const getDocs = definePage({
  summary: 'Describe the API to people',
  tag: 'System',
  answer: 'A page that needs nothing from elsewhere.',
  html: docsPage,
});
