import { Context } from '@temporalio/activity';
import type { Activities } from '../../src/activities';

/** `before`: an attempt fails before it did anything. `after`: it did everything, and its answer was lost. */
export type FaultMode = 'before' | 'after';

export interface Faults {
  /** The activities, each of which fails its first attempt where that is planned for its workflow. */
  readonly activities: Activities;
  plan(workflowId: string, activity: keyof Activities, mode: FaultMode): void;
  /** How often an activity was begun for a workflow. */
  attempts(workflowId: string, activity: keyof Activities): number;
}

/** Activities that can be told to fail once, each in its own workflow. */
export function withFaults(activities: Activities): Faults {
  const planned = new Map<string, FaultMode>();
  const begun = new Map<string, number>();
  const wrap = (name: string, activity: (input: never) => Promise<unknown>) => async (input: never) => {
    const id = `${Context.current().info.workflowExecution?.workflowId ?? ''} ${name}`;
    const attempt = (begun.get(id) ?? 0) + 1;
    begun.set(id, attempt);
    const mode = attempt === 1 ? planned.get(id) : undefined;
    if (mode === 'before') throw new Error('planned: failed before it began');
    const answer = await activity(input);
    if (mode === 'after') throw new Error('planned: the answer was lost');
    return answer;
  };
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, wrap(name, activity)]);
  return {
    activities: Object.fromEntries(wrapped) as Activities,
    plan: (workflowId, activity, mode) => planned.set(`${workflowId} ${activity}`, mode),
    attempts: (workflowId, activity) => begun.get(`${workflowId} ${activity}`) ?? 0,
  };
}
