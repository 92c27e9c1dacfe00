import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { deriveId } from '../../src/platform/ids';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import { credits } from '../../src/domain/credits';
import { findPackageRoot } from '../../src/platform/package-root';
import { getAddOnOrder } from '../../src/store/add-on-orders';
import { findJob } from '../../src/store/jobs';
import { recordHeartbeat } from '../../src/store/spends';
import { getSubscription } from '../../src/store/subscriptions';
import {
  addOnWorkflowId,
  erasureWorkflowId,
  spendWorkflowId,
  subscriptionWorkflowId,
} from '../../src/domain/keys';
import { ERASURE_WORKFLOW, eraseUpdate, erasureStart } from '../../src/workflows/erasures/messages';
import {
  cancelSpendSignal,
  giveUpUpdate,
  SPEND_WORKFLOW,
  spendStart,
} from '../../src/workflows/spends/messages';
import {
  cancelUpdate,
  changePlanUpdate,
  pauseUpdate,
  resumeUpdate,
} from '../../src/workflows/subscriptions/messages';
import { setAutoTopUpUpdate, TOP_UP_WORKFLOW, topUpStart } from '../../src/workflows/top-ups/messages';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { order } from './add-ons';
import { externalSpend, report, sellExternalWork } from './external';
import { generating, reserve, spendOf, spendToTheEnd } from './spends';
import { payAt, stripeOf } from './stripe';
import { command, open, openAndPay } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

/*
 * Records one history for every workflow and path, which every later version must be able to replay:
 *   npx jest --testMatch '**' + '/record-histories.ts'
 * Only for a new path: what a release has recorded stays as it is.
 */
describe('the histories', () => {
  let house: TimeHouse;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openTimeHouse();
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const record = async (name: string, workflowId: string, runId?: string) => {
    const history = await house.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const folder = join(findPackageRoot(), 'tests', 'histories');
    await mkdir(folder, { recursive: true });
    const recorded = { workflowId, history: JSON.parse(historyToJSON(history)) as unknown };
    const json = JSON.stringify(recorded, null, 1);
    await writeFile(join(folder, `${name}.json`), `${json}\n`);
  };
  const pass = async (hours: number) => {
    await house.advanceTo(instantOf(epochMsOf(await house.now()) + hours * 3_600_000));
  };

  it('of spends', async () => {
    const customerId = await house.newCustomer(300);
    const delivered = spendOf(customerId, 'delivered', generating('a harbour', 2));
    await spendToTheEnd(house, delivered);
    await record('spend-delivered', spendWorkflowId(delivered.spendId));

    const canceled = spendOf(customerId, 'canceled', generating('a harbour [studio: delay=60s]', 2));
    await reserve(house, canceled);
    while ((await findJob(house.db, canceled.spendId)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const handle = house.client.workflow.getHandle(spendWorkflowId(canceled.spendId));
    await handle.signal(cancelSpendSignal);
    await handle.result();
    // "spend-canceled" is from before the patch "one-activity-at-a-time".
    await record('spend-stopped-at-work', spendWorkflowId(canceled.spendId));

    const dead = spendOf(customerId, 'dead', generating('a harbour [studio: delay=60s]', 2));
    await reserve(house, dead);
    while ((await findJob(house.db, dead.spendId)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const givenUp = house.client.workflow.getHandle(spendWorkflowId(dead.spendId));
    await givenUp.executeUpdate(giveUpUpdate, { args: [{ reason: 'the provider is dead' }] });
    await givenUp.result();
    await record('spend-given-up', spendWorkflowId(dead.spendId));

    const early = spendOf(customerId, 'early', generating('a harbour', 2));
    const started = await house.client.workflow.signalWithStart(SPEND_WORKFLOW, {
      ...spendStart(early),
      signal: cancelSpendSignal,
    });
    await started.result();
    await record('spend-stopped-before-start', spendWorkflowId(early.spendId));

    const input = { imageId: deriveId('img', delivered.spendId, 0) };
    const refused = spendOf(customerId, 'refused', { action: 'license_image', input });
    await spendToTheEnd(house, refused);
    await record('spend-refused', spendWorkflowId(refused.spendId));

    const buyer = await house.newCustomer(100);
    await openAndPay(house, buyer);
    await pass(0);
    const licence = spendOf(buyer, 'licence', { action: 'license_image', input });
    await spendToTheEnd(house, licence);
    await record('spend-paid-at-once', spendWorkflowId(licence.spendId));
  });

  it('of external work', async () => {
    await sellExternalWork(house);
    const customerId = await house.newCustomer(300);
    const begin = async (key: string) => {
      const begun = externalSpend(customerId, key);
      await reserve(house, begun);
      return begun;
    };
    const completed = await begin('completed');
    await report(house, completed, { says: 'completed', delivered: 3 });
    await house.client.workflow.getHandle(spendWorkflowId(completed.spendId)).result();
    await record('external-completed', spendWorkflowId(completed.spendId));

    const failed = await begin('failed');
    await report(house, failed, { says: 'failed', code: 'out_of_tape', detail: '' });
    await house.client.workflow.getHandle(spendWorkflowId(failed.spendId)).result();
    await record('external-failed', spendWorkflowId(failed.spendId));

    const silent = await begin('silent');
    await pass(0.1);
    await recordHeartbeat(house.db, silent.spendId, { at: await house.now() });
    await pass(0.5);
    await record('external-silent', spendWorkflowId(silent.spendId));
  });

  it('of subscriptions', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    const workflowId = subscriptionWorkflowId(id);
    await pass(1);
    const first = (await house.client.workflow.getHandle(workflowId).describe()).runId;
    await command(house, id, changePlanUpdate, { id: 'up', args: [{ plan: 'pro' }] });
    const second = (await house.client.workflow.getHandle(workflowId).describe()).runId;
    await command(house, id, pauseUpdate, { id: 'pause', args: [] });
    await command(house, id, resumeUpdate, { id: 'resume', args: [] });
    await house.advanceTo(
      instantOf(epochMsOf((await getSubscription(house.db, id)).currentPeriodEnd!) + 7_200_000),
    );
    const third = (await house.client.workflow.getHandle(workflowId).describe()).runId;
    await command(house, id, cancelUpdate, { id: 'end', args: [{ when: 'now' }] });
    const payment = await house
      .db<{ subscription_id: string; paid_at: string; stripe_payment_intent_id: string }>('app.payments')
      .where({ subscription_id: id })
      .orderBy('paid_at', 'desc')
      .first();
    const intent = payment!.stripe_payment_intent_id;
    await stripeOf(house.stripeUrl).refunds.create({ payment_intent: intent });
    await pass(1);
    await record('subscription-opened-and-upgraded', workflowId, first);
    await record('subscription-paused-and-renewed', workflowId, second);
    await record('subscription-renewed-and-ended', workflowId, third);
    await record('subscription-taken-up-again', workflowId);
  });

  it('of two subscriptions of one customer', async () => {
    const customerId = await house.newCustomer(1);
    const replaced = await open(house, customerId);
    const first = await open(house, customerId);
    await payAt(first.checkoutUrl);
    await pass(1);
    await record('subscription-replaced', subscriptionWorkflowId(replaced.id));

    // Opened while the one that is paid for could not be seen.
    const rows = house.db<{ id: string; status: string }>('app.subscriptions');
    await rows.clone().where({ id: first.id }).update({ status: 'canceled' });
    const second = await open(house, customerId);
    await rows.clone().where({ id: first.id }).update({ status: 'active' });
    await payAt(second.checkoutUrl);
    await pass(11 * 24);
    await record('subscription-second', subscriptionWorkflowId(second.id));
    await record('subscription-claimed', subscriptionWorkflowId(first.id));
  });

  it('of orders and top-ups', async () => {
    const customerId = await house.newCustomer(1);
    await openAndPay(house, customerId);
    await pass(0);
    const bought = await order(house, customerId, 1);
    await payAt(bought.checkoutUrl, '4000000000000259');
    await pass(1);
    expect((await getAddOnOrder(house.db, bought.id)).status).toBe('paid');
    await record('add-on-disputed', addOnWorkflowId(bought.id));
    const paid = await order(house, customerId, 1);
    await payAt(paid.checkoutUrl);
    await pass(1);
    await record('add-on-paid', addOnWorkflowId(paid.id));
    const late = await order(house, customerId, 1);
    await house.client.workflow.getHandle(addOnWorkflowId(late.id)).terminate('as if its history were gone');
    await payAt(late.checkoutUrl);
    await pass(1);
    await record('add-on-taken-up-again', addOnWorkflowId(late.id));

    const start = topUpStart(customerId);
    const setting = { threshold: credits(9_000), pack: 'add_on_1000', quantity: 1, monthlyMaximum: 1 };
    await house.client.workflow.executeUpdateWithStart(setAutoTopUpUpdate, {
      args: [setting],
      startWorkflowOperation: new WithStartWorkflowOperation(TOP_UP_WORKFLOW, start),
    });
    await house.client.workflow.getHandle(start.workflowId).result();
    await record('top-up-bought', start.workflowId);
  });

  it('of erasures', async () => {
    const erase = (customerId: string, end: boolean) =>
      house.client.workflow.executeUpdateWithStart(eraseUpdate, {
        args: [{ end }],
        startWorkflowOperation: new WithStartWorkflowOperation(
          ERASURE_WORKFLOW,
          erasureStart({ customerId }),
        ),
      });
    const idle = await house.newCustomer(1);
    await erase(idle, false);
    await house.client.workflow.getHandle(erasureWorkflowId(idle)).result();
    await record('erasure-at-once', erasureWorkflowId(idle));

    const subscriber = await house.newCustomer(10);
    await openAndPay(house, subscriber);
    await pass(0);
    await erase(subscriber, false);
    await house.client.workflow.getHandle(erasureWorkflowId(subscriber)).result();
    await record('erasure-blocked', erasureWorkflowId(subscriber));
    const working = spendOf(subscriber, 'working', generating('a harbour [studio: delay=3s]'));
    await reserve(house, working);
    await erase(subscriber, true);
    await house.client.workflow.getHandle(erasureWorkflowId(subscriber)).result();
    await record('erasure-ended-first', erasureWorkflowId(subscriber));
  });
});
