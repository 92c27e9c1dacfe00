import type { Presentation } from './http/deps';
import { problemPage } from './operations/service/problem-page';
import { PROBLEM_SCHEMAS } from './problem-schemas';
import { withWorkflowLinks, type Links } from './temporal/workflow-links';

/** How this API's answers look: problems with what they say of credits and plans, things with the links to their workflows. */
export function presentationOf(links: Links): Presentation {
  return {
    problemSchemas: PROBLEM_SCHEMAS,
    problemPage,
    finish: (reply, caller) => withWorkflowLinks(reply, links, caller),
  };
}
