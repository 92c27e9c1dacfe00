import type { DatabaseFacts, Look } from './database-facts';
import { listFaults } from './fit-database';

const looks = (...pids: readonly number[]): readonly Look[] => pids.map((pid) => ({ pid, strange: [] }));

const FIT: DatabaseFacts = {
  version: 180_004,
  isStandby: false,
  encoding: 'UTF8',
  replicationRole: 'origin',
  sessions: [looks(7, 7, 7), looks(9, 9)],
  mayUseSchema: true,
};

describe('the faults of a database', () => {
  it('are none where everything is as it must be, on the oldest version too', () => {
    expect(listFaults(FIT)).toEqual([]);
    expect(listFaults({ ...FIT, version: 150_000 })).toEqual([]);
  });

  it.each([
    ['an older server', { version: 140_021 }, 'It is Postgres 14; at least 15 is needed.'],
    ['a standby', { isStandby: true }, 'name the primary'],
    ['another encoding', { encoding: 'LATIN1' }, "ENCODING 'UTF8'"],
    ['triggers that are off', { replicationRole: 'replica' }, 'RESET session_replication_role'],
    ['a schema that is not there', { mayUseSchema: null }, 'run scrip migrate'],
    ['a role without rights', { mayUseSchema: false }, 'log in as scrip_app'],
    ['a pooler that takes the last server', { sessions: [looks(7, 7, 7), looks(7, 7)] }, 'pool_mode'],
    ['a pooler that takes the next server', { sessions: [looks(7, 9, 7), looks(7, 9)] }, 'pool_mode'],
    ['a pooler with three servers', { sessions: [looks(1, 2, 2), looks(3, 1)] }, 'pool_mode'],
    [
      'settings that are lost',
      { sessions: [[{ pid: 7, strange: ['DateStyle', 'TimeZone'] }], looks(9)] },
      'DateStyle, TimeZone',
    ],
  ])('name %s, alone and with what to change', (_what, facts, words) => {
    expect(listFaults({ ...FIT, ...facts })).toEqual([expect.stringContaining(words)]);
  });

  it('leave out the schema where it is still to be made', () => {
    expect(listFaults({ ...FIT, mayUseSchema: null }, true)).toEqual([]);
  });
});
