import type { Knex } from 'knex';
import type { Instant } from '../../src/domain/instants';
import { createDatabase } from '../../src/platform/database';
import {
  finishReconciliation,
  leaseReconciliation,
  listReconciliations,
  releaseReconciliation,
} from '../../src/store/reconciliations';
import { createTestDatabase, type TestDatabase } from '../support/database';

const NOW = '2027-01-01T00:00:00.000Z' as Instant;
const LATER = '2027-01-01T01:00:00.000Z' as Instant;
const TOMORROW = '2027-01-02T00:00:00.000Z' as Instant;
const AFTER_THAT = '2027-01-02T01:00:00.000Z' as Instant;
const WORKERS = 8;

describe('workers that contend for the comparison with Stripe', () => {
  let database: TestDatabase;
  let workers: readonly Knex[];

  beforeEach(async () => {
    database = await createTestDatabase();
    workers = Array.from({ length: WORKERS }, () => createDatabase(database.appUrl));
    const dueAt = { due_at: NOW, done_through: null, leased_until: null };
    await workers[0]!('app.reconciliations').where({ task: 'events' }).update(dueAt);
  });

  afterEach(async () => {
    await Promise.all(workers.map((db) => db.destroy()));
    await database.drop();
  });

  const contend = async (now: Instant, until: Instant): Promise<number> => {
    const taken = await Promise.all(workers.map((db) => leaseReconciliation(db, 'events', { now, until })));
    return taken.filter(Boolean).length;
  };
  const task = async () => (await listReconciliations(workers[0]!)).find((one) => one.task === 'events')!;

  it('take it once, and not again while it is taken', async () => {
    expect(await contend(NOW, LATER)).toBe(1);
    expect(await contend(NOW, LATER)).toBe(0);
  });

  it('take it once more when it was given back, or when whoever had it has died', async () => {
    await contend(NOW, LATER);
    await releaseReconciliation(workers[1]!, 'events');
    expect(await contend(NOW, LATER)).toBe(1);
    expect(await contend(LATER, TOMORROW)).toBe(1);
  });

  it('do not take what is done until it is due again, and a late end of an older run takes nothing back', async () => {
    await contend(NOW, LATER);
    await finishReconciliation(workers[0]!, 'events', { through: LATER, dueAt: TOMORROW });
    expect(await contend(LATER, TOMORROW)).toBe(0);
    await finishReconciliation(workers[1]!, 'events', { through: NOW, dueAt: LATER });
    expect(await task()).toMatchObject({ dueAt: TOMORROW, doneThrough: LATER });
    expect(await contend(TOMORROW, AFTER_THAT)).toBe(1);
  });
});
