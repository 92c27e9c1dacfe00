import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Knex } from 'knex';
import { spendWorkflowId, subscriptionWorkflowId } from '../../src/domain/keys';
import { DRIVER_WORKFLOW_ID } from './driver';

/** As many as anybody would read. */
const WORKFLOWS_MAX = 200;

/** The activities and workflow tasks that are running now, by name: they hold the clock. For people. */
export async function describePendingWork(client: Client, db: Knex): Promise<string> {
  const workflowIds = [DRIVER_WORKFLOW_ID, ...(await listOpenWorkflowIds(db))];
  const pending = await Promise.all(workflowIds.map((workflowId) => pendingOf(client, workflowId)));
  return pending.flat().join(', ') || 'something that none of the known workflows shows';
}

/** The server cannot list workflows, but the database knows whose work is open. */
async function listOpenWorkflowIds(db: Knex): Promise<readonly string[]> {
  const spends = await db<{ id: string; status: string }>('app.spends')
    .whereIn('status', ['reserved', 'running'])
    .limit(WORKFLOWS_MAX)
    .pluck('id');
  const subscriptions = await db<{ id: string; status: string }>('app.subscriptions')
    .whereNot('status', 'canceled')
    .limit(WORKFLOWS_MAX)
    .pluck('id');
  return [
    ...spends.map(String).map(spendWorkflowId),
    ...subscriptions.map(String).map(subscriptionWorkflowId),
  ];
}

async function pendingOf(client: Client, workflowId: string): Promise<readonly string[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const activities = (raw.pendingActivities ?? []).map(
      ({ activityType }) => activityType?.name ?? 'activity',
    );
    const tasks = raw.pendingWorkflowTask ? ['a workflow task'] : [];
    return [...activities, ...tasks].map((what) => `${what} of ${workflowId}`);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}
