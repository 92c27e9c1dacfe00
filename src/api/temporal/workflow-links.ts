import { workflowIdOf } from '../../domain/keys';
import type { ApiDeps } from '../deps';
import type { Caller } from '../http/caller';
import type { Reply } from '../http/operation';

/** Where links lead to. */
export type Links = Pick<ApiDeps, 'temporalUi'>;

/**
 * Adds `workflowUrl` to the object in the reply, or to each object of a page, that has a workflow. The link is added while the
 * answer is sent and is in no recorded answer, so that a repeat leads to where the UI is now, and so that a portal token, which
 * a customer's browser holds, learns no internal address even when it repeats a server's request.
 */
export function withWorkflowLinks(reply: Reply, links: Links, caller: Caller | undefined): Reply {
  if (!('body' in reply)) return reply;
  const { body } = reply;
  if (isObject(body) && Array.isArray(body['data'])) {
    const data = body['data'].map((item: unknown) => linkThing(item, links, caller));
    return { ...reply, body: { ...body, data } };
  }
  return { ...reply, body: linkThing(body, links, caller) };
}

/** One object with its `workflowUrl`; anything else stays as it is. */
export function linkThing(thing: unknown, { temporalUi }: Links, caller: Caller | undefined): unknown {
  if (temporalUi === undefined || caller?.kind !== 'key') return thing;
  if (!isObject(thing) || typeof thing['id'] !== 'string') return thing;
  const workflowId = workflowIdOf(thing['id']);
  return workflowId === undefined ? thing : { ...thing, workflowUrl: temporalUi.workflow(workflowId) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
