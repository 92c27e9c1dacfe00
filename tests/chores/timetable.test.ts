import { WithStartWorkflowOperation } from '@temporalio/client';
import { createCarryOutDue } from '../../src/chores/carry-out-due';
import type { ChoreDeps } from '../../src/chores/chore';
import { repeatChores } from '../../src/chores/repeat';
import { TIMETABLE } from '../../src/chores/timetable';
import { credits } from '../../src/domain/credits';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import { findNextExpiry } from '../../src/ledger/sweep-expired';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { newId } from '../../src/platform/ids';
import { findAutoTopUp, saveAutoTopUp } from '../../src/store/auto-top-ups';
import { getRecordedCustomer } from '../../src/store/customers';
import { receiveStripeEvent } from '../../src/store/stripe-events';
import { getSubscription } from '../../src/store/subscriptions';
import { setAutoTopUpUpdate, TOP_UP_WORKFLOW, topUpStart } from '../../src/workflows/top-ups/messages';
import { deliverToInbox, eventsOf } from '../workflows/inbox';
import { payAt } from '../workflows/stripe';
import { openStripeHouse, until, type StripeHouse } from '../workflows/stripe-house';
import { availableOf, open, openAndPay } from '../workflows/subscriptions';

/** Carries the timetable out until it is told to stop; answers which chores failed. */
type Carrier = (deps: ChoreDeps) => {
  readonly failed: Set<string>;
  readonly stop: () => Promise<void>;
};

const asTheWorkerDoes: Carrier = (deps) => {
  const failed = new Set<string>();
  return { failed, stop: repeatChores(TIMETABLE, deps, (_error, chore) => failed.add(chore)) };
};

/** On wall time, looking again and again, where the sandbox's clock would jump to the instant that is answered. */
const asTheSandboxDoes: Carrier = (deps) => {
  const failed = new Set<string>();
  const carryOut = createCarryOutDue(TIMETABLE, deps, (_error, chore) => failed.add(chore));
  let isStopped = false;
  const run = async () => {
    while (!isStopped) await carryOut(await deps.clock.now()).catch(() => undefined);
  };
  const running = run();
  return {
    failed,
    async stop() {
      isStopped = true;
      await running;
    },
  };
};

/** What nobody but a chore will do. */
interface Lost {
  readonly subscriptionId: string;
  readonly missedEventId: string;
  readonly erasedId: string;
  readonly buyerId: string;
  readonly since: Instant;
}

describe('the chores', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const now = () => house.deps.clock.now();
  const ago = async (ms: number) => instantOf(epochMsOf(await now()) - ms);

  /** Subscribed, with an automatic top-up that has bought for this month, and credits below its threshold. */
  const buyer = async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    await deliverToInbox(house);
    await until(async () => (await getSubscription(house.db, id)).status === 'active');
    const setting = { threshold: credits(5000), pack: 'add_on_1000', quantity: 1, monthlyMaximum: 1 };
    const start = topUpStart(customerId);
    await house.client.workflow.executeUpdateWithStart(setAutoTopUpUpdate, {
      args: [setting],
      startWorkflowOperation: new WithStartWorkflowOperation(TOP_UP_WORKFLOW, start),
    });
    await house.client.workflow.getHandle(start.workflowId).result();
    expect(await availableOf(house, customerId)).toBe(1501);
    return customerId;
  };

  const lose = async (): Promise<Lost> => {
    const buyerId = await buyer();
    const since = await now();
    // A hold that nobody captures.
    const holdId = newId('hld');
    await house.deps.ledger.submit({
      ...{ op: 'hold', key: `${holdId}/hold`, fingerprint: holdId, walletId: buyerId, holdId },
      ...{ credits: credits(1), action: 'external', reference: 'a hold', reason: 'a hold' },
      ...{ effectiveAt: since, expiresAt: instantOf(epochMsOf(since) + 1_000) },
    });
    // A new month, of which the top-up did not hear.
    const state = (await findAutoTopUp(house.db, buyerId))!;
    await saveAutoTopUp(house.db, { ...state, month: '2020-01' }, since);
    // An erasure without a workflow.
    const erasedId = await house.newCustomer(1);
    await house
      .db('app.customers')
      .where({ id: erasedId })
      .update({ erasing_at: await ago(3_600_000) });
    // A payment whose event was received and never brought to its workflow, and one whose event never came.
    const { id: subscriptionId, checkoutUrl } = await open(house, await house.newCustomer(1));
    const before = await eventsOf(house);
    await payAt(checkoutUrl);
    const fresh = (await eventsOf(house)).slice(before.length);
    const [missed, ...received] = fresh;
    for (const event of received) await receiveStripeEvent(house.db, event, await ago(60_000));
    await house.db('app.reconciliations').update({ due_at: await ago(1_000), done_through: null });
    return { subscriptionId, missedEventId: missed!.eventId, erasedId, buyerId, since };
  };

  const doneOf = async ({ subscriptionId, missedEventId, erasedId, buyerId, since }: Lost) => {
    const expiry = await findNextExpiry(house.db);
    const [events, reconciliations, rollups] = await Promise.all([
      house.db('app.stripe_events').where({ event_id: missedEventId }),
      house.db<{ task: string; done_through: Instant | null }>('app.reconciliations'),
      house.db('ledger.rollups').limit(1),
    ]);
    const doneThrough = reconciliations.find(({ task }) => task === 'state')?.done_through ?? null;
    return {
      'end what expires': expiry === null,
      'hear missed events': events.length === 1,
      'compare with Stripe': doneThrough !== null && doneThrough >= since,
      'deliver payment events': (await getSubscription(house.db, subscriptionId)).status === 'active',
      'look at credits': (await availableOf(house, buyerId)) === 2501,
      'resume erasures': (await getRecordedCustomer(house.db, erasedId)).erasedAt !== null,
      'roll up the ledger': rollups.length > 0,
    };
  };
  const isDone = async (lost: Lost, except: readonly string[] = []) =>
    Object.entries(await doneOf(lost)).every(([chore, done]) => done || except.includes(chore));

  describe.each([
    ['as the worker does', asTheWorkerDoes],
    ['as the sandbox does', asTheSandboxDoes],
  ])('carried out %s', (_name, carry) => {
    it('each does what got lost', async () => {
      const lost = await lose();
      expect(Object.keys(await doneOf(lost))).toEqual(TIMETABLE.map(({ name }) => name));
      const { failed, stop } = carry(house.deps);
      await until(() => isDone(lost));
      await stop();
      expect([...failed]).toEqual([]);
    });

    it('the others go on while Stripe is away, and those that need it say so and are tried again', async () => {
      const lost = await lose();
      let isAway = true;
      const nowhere = { secretKey: 'sk_test_nobody', apiUrl: 'http://127.0.0.1:9', webhookSecrets: [] };
      const away = createStripePayments(nowhere);
      const deps: ChoreDeps = {
        ...house.deps,
        get payments() {
          return isAway ? away : house.deps.payments;
        },
      };
      const needing = ['hear missed events', 'compare with Stripe'];
      const { failed, stop } = carry(deps);
      await until(async () => failed.size === 2 && (await isDone(lost, needing)));
      expect([...failed].sort()).toEqual([...needing].sort());
      expect(await doneOf(lost)).toMatchObject({ 'hear missed events': false, 'compare with Stripe': false });
      isAway = false;
      await until(() => isDone(lost));
      await stop();
    });
  });
});
