import { restartSpend } from '../../src/activities/spends/restart-spend';
import type { WorkReport } from '../../src/domain/spends/external-end';
import { spendWorkflowId } from '../../src/domain/keys';
import { getSpend, recordHeartbeat } from '../../src/store/spends';
import { recordReport } from '../../src/store/work-reports';
import { cancelSpendSignal, giveUpUpdate, reportUpdate } from '../../src/workflows/spends/messages';
import { cardOf } from './card';
import { externalSpend, report, reportIdOf, sellExternalWork, transcribing } from './external';
import { openHouse, type House } from './house';
import { reserve, traceOf } from './spends';
import { expectThreeProperties } from './three-properties';

const COMPLETED: WorkReport = { says: 'completed', input: { minutes: 7 }, output: { text: 'la la' } };
/** The budget is 21. */
const EVENTS = 17;

describe('work that the integrator does', () => {
  let house: House;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openHouse();
    await sellExternalWork(house);
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const handleOf = (spendId: string) => house.client.workflow.getHandle(spendWorkflowId(spendId));
  const begin = async (key: string, request = transcribing(10)) => {
    const spend = externalSpend(await house.newCustomer(50), key, request);
    expect(await reserve(house, spend)).toEqual({ outcome: 'reserved', status: 'reserved' });
    return spend;
  };
  const reasonsOf = async (customerId: string) =>
    (await house
      .db('ledger.journal')
      .where({ wallet_id: customerId, code: 'capture' })
      .pluck('reason')) as string[];

  it('holds what was quoted, waits, and is paid by what was really used', async () => {
    const spend = await begin('used');
    expect(await cardOf(handleOf(spend.spendId))).toContain(
      '20 credits are held. The integrator does the work',
    );
    expect(await report(house, spend, COMPLETED)).toBe('counted');
    expect(await traceOf(house, spend)).toMatchObject({
      status: 'succeeded',
      journal: ['grant 50', 'hold 20', 'capture 14', 'release 6'],
    });
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({
      output: { text: 'la la' },
      settledInput: { minutes: 7 },
      shortfall: 0,
    });
    expect(await reasonsOf(spend.customerId)).toEqual(['Transcribe: 7 minutes']);
    expect(await cardOf(handleOf(spend.spendId))).toContain(
      '20 held, 14 captured, 6 released. Reported by the integrator',
    );
  });

  it.each<[string, WorkReport, { captured: number; shortfall: number | null; status: string }]>([
    ['all', { says: 'completed' }, { captured: 20, shortfall: 0, status: 'succeeded' }],
    ['some units', { says: 'completed', delivered: 3 }, { captured: 6, shortfall: 0, status: 'succeeded' }],
    ['no unit', { says: 'completed', delivered: 0 }, { captured: 0, shortfall: 0, status: 'succeeded' }],
    [
      'more than is held',
      { says: 'completed', input: { minutes: 16 } },
      { captured: 20, shortfall: 12, status: 'succeeded' },
    ],
    [
      'nothing used',
      { says: 'completed', input: { minutes: 0 } },
      { captured: 0, shortfall: 0, status: 'succeeded' },
    ],
    [
      'a failure',
      { says: 'failed', code: 'out_of_tape', detail: 'secret words' },
      { captured: 0, shortfall: null, status: 'failed' },
    ],
  ])('pays for %s and releases the rest', async (name, said, expected) => {
    const spend = await begin(name);
    expect(await report(house, spend, said)).toBe('counted');
    const settled = await getSpend(house.db, spend.spendId);
    expect(settled).toMatchObject({ ...expected, released: 20 - expected.captured });
    const { balance } = await traceOf(house, spend);
    expect(balance).toEqual({ available: 50 - expected.captured, held: 0, owed: 0 });
  });

  it('keeps what is free free, whatever it came to', async () => {
    const spend = await begin('free', transcribing(10, 'transcribe_once'));
    expect(await report(house, spend, { says: 'completed', input: { minutes: 30 } })).toBe('counted');
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({ reserved: 0, captured: 0, shortfall: 0 });
  });

  it('leaves no words of the integrator in the history', async () => {
    const spend = await begin('words');
    await recordHeartbeat(house.db, spend.spendId, {
      progress: 'secret progress',
      at: await house.deps.clock.now(),
    });
    await report(house, spend, { says: 'failed', code: 'lost', detail: 'secret detail' });
    await handleOf(spend.spendId).result();
    const history = JSON.stringify(await handleOf(spend.spendId).fetchHistory());
    const words = Buffer.from('secret').toString('base64').slice(0, 6);
    expect(history).not.toContain('secret');
    expect(history).not.toContain(words);
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({
      failure: { code: 'lost', detail: 'secret detail' },
    });
  });

  it('takes the first report, and refuses the others truthfully', async () => {
    const spend = await begin('race');
    const answers = await Promise.all([
      report(house, spend, { says: 'completed', delivered: 1 }, 'one'),
      report(house, spend, { says: 'completed', delivered: 2 }, 'two'),
      report(house, spend, { says: 'failed', code: 'three', detail: '' }, 'three'),
    ]);
    expect(answers.filter((answer) => answer === 'counted')).toHaveLength(1);
    const { endedBy } = await getSpend(house.db, spend.spendId);
    const keys = ['one', 'two', 'three'];
    expect(endedBy).toBe(reportIdOf(spend.spendId, keys[answers.indexOf('counted')]));
    expect(await report(house, spend, COMPLETED, 'late')).toBe('refused');
  });

  it.each(['report', 'cancel', 'giveUp'] as const)('a report and a %s at once end it once', async (other) => {
    const spend = await begin(`against ${other}`);
    const handle = handleOf(spend.spendId);
    const against = {
      report: () => report(house, spend, COMPLETED, 'other'),
      cancel: () => handle.signal(cancelSpendSignal),
      giveUp: () =>
        handle.executeUpdate(giveUpUpdate, { args: [{ reason: 'no word' }] }).catch(() => undefined),
    };
    const [answer] = await Promise.all([report(house, spend, COMPLETED), against[other]()]);
    await handle.result();
    const settled = await getSpend(house.db, spend.spendId);
    const isOurs = settled.endedBy === reportIdOf(spend.spendId);
    expect(answer).toBe(isOurs ? 'counted' : 'refused');
    expect(settled.captured + settled.released).toBe(20);
    const { journal } = await traceOf(house, spend);
    expect(journal.filter((entry) => entry.startsWith('hold'))).toHaveLength(1);
    expect((await traceOf(house, spend)).balance.held).toBe(0);
  });

  it('releases all when it is canceled or given up', async () => {
    const canceled = await begin('canceled');
    await handleOf(canceled.spendId).signal(cancelSpendSignal);
    expect(await handleOf(canceled.spendId).result()).toBe('canceled');
    expect(await traceOf(house, canceled)).toMatchObject({ status: 'canceled', captured: 0, released: 20 });
    const given = await begin('given up');
    await handleOf(given.spendId).executeUpdate(giveUpUpdate, { args: [{ reason: 'nobody answers' }] });
    expect(await handleOf(given.spendId).result()).toBe('failed');
    expect(await getSpend(house.db, given.spendId)).toMatchObject({
      captured: 0,
      released: 20,
      failure: { code: 'given_up', detail: 'nobody answers' },
    });
  });

  it('settles a report that nobody could tell it of', async () => {
    const spend = await begin('untold', transcribing(10, 'transcribe_quickly'));
    const id = reportIdOf(spend.spendId, 'untold');
    await recordReport(house.db, {
      id,
      spendId: spend.spendId,
      report: COMPLETED,
      at: await house.deps.clock.now(),
    });
    expect(await handleOf(spend.spendId).result()).toBe('succeeded');
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({ captured: 14, endedBy: id });
  });

  it('settles what was reported while its workflow was gone, once it is restarted', async () => {
    const spend = await begin('gone');
    await handleOf(spend.spendId).terminate();
    expect(await report(house, spend, COMPLETED)).toBe('refused');
    const restarted = await restartSpend(house.deps, spend.spendId, await house.deps.clock.now());
    expect(restarted.did).toBe('started');
    expect(await handleOf(spend.spendId).result()).toBe('succeeded');
    expect(await getSpend(house.db, spend.spendId)).toMatchObject({
      captured: 14,
      endedBy: reportIdOf(spend.spendId),
    });
  });

  it('is not disturbed by a report that is not there', async () => {
    const spend = await begin('not there');
    const answer = await handleOf(spend.spendId).executeUpdate(reportUpdate, {
      args: [{ reportId: 'rpt_nowhere', says: 'completed' }],
    });
    expect(answer).toMatchObject({ outcome: 'refused', code: 'not_found' });
    expect(await report(house, spend, COMPLETED)).toBe('counted');
  });

  it.each([0, 10, 1_000])('costs as many events with %i heartbeats as with none', async (heartbeats) => {
    const spend = await begin(`beats ${String(heartbeats)}`);
    for (let beat = 0; beat < heartbeats; beat += 1) {
      const at = await house.deps.clock.now();
      await recordHeartbeat(house.db, spend.spendId, { progress: beat, at });
    }
    await report(house, spend, COMPLETED);
    await handleOf(spend.spendId).result();
    const { events } = await handleOf(spend.spendId).fetchHistory();
    expect(events?.length).toBe(EVENTS);
  });

  it('whatever step fails, or runs twice, a report is paid once', async () => {
    const steps = ['reserveSpend', 'settleExternal'] as const;
    const run = async (name: string, plan: (workflowId: string) => void) => {
      const spend = externalSpend(await house.newCustomer(50), name);
      plan(spendWorkflowId(spend.spendId));
      await reserve(house, spend);
      await report(house, spend, COMPLETED);
      await handleOf(spend.spendId).result();
      return traceOf(house, spend);
    };
    expect(await expectThreeProperties(house.faults, { steps, run })).toMatchObject({
      status: 'succeeded',
      journal: ['grant 50', 'hold 20', 'capture 14', 'release 6'],
    });
  });
});
