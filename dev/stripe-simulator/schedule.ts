import type { TaskName } from './store';
import type { Work } from './work';

/** Has `task` carried out for an object at an instant (seconds); a later call for the same two replaces the instant. */
export function schedule(
  { tables }: Pick<Work, 'tables'>,
  task: TaskName,
  objectId: string,
  at: number,
): void {
  tables.put('due', { id: dueId(task, objectId), task, objectId, at });
}

/** Takes back what was scheduled; nothing happens when nothing was. */
export function unschedule({ tables }: Pick<Work, 'tables'>, task: TaskName, objectId: string): void {
  if (tables.find('due', dueId(task, objectId)) !== undefined) tables.remove('due', dueId(task, objectId));
}

function dueId(task: TaskName, objectId: string): string {
  return `${task}:${objectId}`;
}
