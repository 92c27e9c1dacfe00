import type { Knex } from 'knex';
import { settleExternal } from '../../src/activities/spends/settle-external';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import { spendWorkflowId } from '../../src/domain/keys';
import { findPresence, recordPresence } from '../../src/store/presence';
import { getSpend, recordHeartbeat } from '../../src/store/spends';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { externalSpend, report, sellExternalWork, transcribing } from './external';
import { reserve, traceOf } from './spends';
import { openTimeHouse, type TimeHouse } from './time-house';

const MINUTE_MS = 60_000;

describe('external work of which nothing is heard', () => {
  let house: TimeHouse;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openTimeHouse();
    await sellExternalWork(house);
    stopWorkers = await house.startWorkers();
  });

  afterEach(() => house.asOwner((owner) => owner('app.presence').delete()));

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const handleOf = (spendId: string) => house.client.workflow.getHandle(spendWorkflowId(spendId));
  const begin = async (key: string, request = transcribing(10)) => {
    const spend = externalSpend(await house.newCustomer(50), key, request);
    await reserve(house, spend);
    return spend;
  };
  const pass = async (minutes: number) =>
    house.advanceTo(instantOf(epochMsOf(await house.now()) + minutes * MINUTE_MS));
  const beat = async ({ spendId }: SpendInput) =>
    recordHeartbeat(house.db, spendId, { at: await house.now() });
  const released = { captured: 0, released: 20 };

  it('ends as silent, and nothing that is said later changes it', async () => {
    const spend = await begin('silent');
    await pass(9);
    expect((await getSpend(house.db, spend.spendId)).status).toBe('reserved');
    await pass(2);
    const ended = await getSpend(house.db, spend.spendId);
    expect(ended).toMatchObject({
      status: 'failed',
      failure: { code: 'silent' },
      shortfall: null,
      ...released,
    });
    expect(await report(house, spend, { says: 'completed' })).toBe('refused');
    expect(await beat(spend)).toBeUndefined();
    expect(await getSpend(house.db, spend.spendId)).toEqual(ended);
    expect((await traceOf(house, spend)).balance).toEqual({ available: 50, held: 0, owed: 0 });
  });

  it('lives as long as it is heard of, and ends at its deadline', async () => {
    const spend = await begin('lives');
    for (let heard = 0; heard < 7; heard += 1) {
      await pass(8);
      expect((await beat(spend))?.status).toBe('running');
    }
    await pass(5);
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({
      status: 'failed',
      failure: { code: 'deadline_exceeded' },
      ...released,
    });
    expect(await report(house, spend, { says: 'completed' })).toBe('refused');
  });

  it('is waited for until its deadline where no heartbeats are asked for', async () => {
    const spend = await begin('at leisure', transcribing(10, 'transcribe_at_leisure'));
    await house.pass(1);
    expect((await getSpend(house.db, spend.spendId)).status).toBe('reserved');
    expect(await report(house, spend, { says: 'completed' })).toBe('counted');
  });

  it('costs six events for each time of silence that is over', async () => {
    const eventsAfter = async (key: string, minutes: number) => {
      const spend = await begin(key);
      for (let minute = 1; minute <= minutes; minute += 1) {
        await pass(1);
        await beat(spend);
      }
      expect(await report(house, spend, { says: 'completed' })).toBe('counted');
      await handleOf(spend.spendId).result();
      return (await handleOf(spend.spendId).fetchHistory()).events?.length ?? 0;
    };
    const none = await eventsAfter('no look', 5);
    // It is looked for after ten minutes, and then ten minutes after what was heard last.
    expect((await eventsAfter('three looks', 29)) - none).toBe(3 * 6);
  });

  it('is given its whole time of silence anew when Scrip has been away', async () => {
    const spend = await begin('outage');
    await recordPresence(house.db, await house.now());
    await pass(15);
    // The API is away: nothing could be heard.
    expect((await getSpend(house.db, spend.spendId)).status).toBe('reserved');
    const back = await house.now();
    await recordPresence(house.db, back);
    expect(await findPresence(house.db)).toEqual({ upSince: back, seenAt: back });
    await house
      .db('app.presence')
      .update({ seen_at: instantOf(epochMsOf(await house.now()) + 60 * MINUTE_MS) });
    await pass(9);
    expect((await getSpend(house.db, spend.spendId)).status).toBe('reserved');
    await pass(2);
    expect((await getSpend(house.db, spend.spendId)).failure?.code).toBe('silent');
    await house
      .db('app.presence')
      .delete()
      .catch(() => house.asOwner((owner) => owner('app.presence').delete()));
  });

  it('goes on as a new run of its workflow after hundreds of looks, and is settled once', async () => {
    const spend = await begin('hundreds of looks', transcribing(10, 'transcribe_quickly'));
    const { runId } = await handleOf(spend.spendId).describe();
    // While the API is away nothing is silent: it is looked for every second.
    await recordPresence(house.db, instantOf(epochMsOf(await house.now()) - MINUTE_MS));
    await pass(6);
    expect((await handleOf(spend.spendId).describe()).runId).not.toBe(runId);
    expect(await report(house, spend, { says: 'completed', delivered: 4 })).toBe('counted');
    expect(await traceOf(house, spend)).toMatchObject({
      status: 'succeeded',
      journal: ['grant 50', 'hold 20', 'capture 8', 'release 12'],
    });
  });

  /** The activity as the workflow calls it when the time of silence is over. */
  const settleSilent = async ({ spendId }: SpendInput) => {
    const at = instantOf(epochMsOf(await house.now()) + 11 * MINUTE_MS);
    return settleExternal(house.deps, { spendId, end: { why: 'silence' }, at });
  };

  it('a heartbeat that comes while silence is being settled is never followed by it', async () => {
    const spend = await begin('in between');
    const heartbeat = await house.db.transaction();
    await recordHeartbeat(heartbeat, spend.spendId, { at: await house.now() });
    const settling = settleSilent(spend);
    await lockIsWaitedFor(house.db);
    await heartbeat.commit();
    expect(await settling).toHaveProperty('silentAt');
    expect((await getSpend(house.db, spend.spendId)).status).toBe('running');
    expect(await report(house, spend, { says: 'completed' })).toBe('counted');
  });

  it('a heartbeat that comes after it was settled is refused', async () => {
    const spend = await begin('too late');
    expect(await settleSilent(spend)).toMatchObject({ status: 'failed', failure: { code: 'silent' } });
    expect(await beat(spend)).toBeUndefined();
    await pass(11);
    expect(await handleOf(spend.spendId).result()).toBe('failed');
  });
});

/** Returns when a transaction waits for the lock of another one. */
async function lockIsWaitedFor(db: Knex): Promise<void> {
  for (;;) {
    const { rows } = await db.raw<{ rows: object[] }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
