import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { epochMsOf } from '../../../src/domain/instants';
import { subscriptionWorkflowId } from '../../../src/domain/keys';
import { systemClock } from '../../../src/platform/clock';
import { findPackageRoot } from '../../../src/platform/package-root';
import { planForSale } from '../for-sale';
import { statusOf } from '../props';
import type { Stage } from '../stage';
import type { Trouble } from '../trouble';

/** For so long the renewal was due when the subscriber moved in: longer than the grace. */
const OVERDUE_MS = 10 * 86_400_000;

export const pastDue: Trouble = {
  name: 'past-due',
  row: 'A subscription is past due',
  story: 'A subscriber who has moved in from elsewhere was due to renew ten days ago, and no payment came.',
  async make(stage) {
    const customerId = await moveIn(stage);
    const id = await subscriptionOf(stage, customerId);
    const path = `/v1/subscriptions/${id}`;
    await stage.until('it is past due', async () => (await statusOf(stage, path)) === 'past_due');
    return {
      ids: [id, customerId],
      workflowId: subscriptionWorkflowId(id),
      isMended: async () => (await statusOf(stage, path)) === 'active',
    };
  },
};

const COLUMNS =
  'external_id,plan,interval,anchor_at,paid_through,unused_allowance,stripe_customer,stripe_subscription';

/** Brings the subscriber over by `scrip customers import`; answers our id of the customer. */
async function moveIn(stage: Stage): Promise<string> {
  const externalId = `drill-${randomUUID()}`;
  const paidThrough = new Date(epochMsOf(await systemClock.now()) - OVERDUE_MS);
  paidThrough.setUTCMilliseconds(0);
  // A year, so that the day of the month is there in any case.
  const anchor = new Date(paidThrough);
  anchor.setUTCFullYear(anchor.getUTCFullYear() - 1);
  const line = [
    externalId,
    await planForSale(stage),
    'month',
    anchor.toISOString(),
    paidThrough.toISOString(),
    '20',
    '',
    '',
  ];
  const folder = await mkdtemp(join(tmpdir(), 'scrip-drill-'));
  try {
    const file = join(folder, 'subscribers.csv');
    await writeFile(file, `${COLUMNS}\n${line.join(',')}\n`);
    const program = join(findPackageRoot(), 'dist/src/main/cli.js');
    const env = { PATH: process.env['PATH'], SCRIP_HOME: stage.home };
    await promisify(execFile)(process.execPath, [program, 'customers', 'import', file], { env });
  } finally {
    await rm(folder, { recursive: true });
  }
  return String((await stage.call('POST', '/v1/customers', { externalId }))['id']);
}

async function subscriptionOf(stage: Stage, customerId: string): Promise<string> {
  const query = `WorkflowType = "subscription" AND ScripCustomer = "${customerId}"`;
  let workflowId = '';
  await stage.until('the subscription is listed', async () => {
    for await (const found of stage.temporal.workflow.list({ query })) workflowId = found.workflowId;
    return workflowId !== '';
  });
  return workflowId.slice('subscription/'.length);
}
