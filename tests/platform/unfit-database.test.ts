import { query } from '../../dev/stack/postgres';
import { refuseUnfitDatabaseAt } from '../../src/platform/fit-database';
import { migrate } from '../../src/platform/migrate';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database';

/** What a process is told before it starts anything. */
describe('a database on which Scrip cannot work', () => {
  let database: TestDatabase;
  let empty: TestDatabase;

  beforeAll(async () => {
    [database, empty] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  });

  afterAll(() => Promise.all([database.drop(), empty.drop()]));

  it('is refused before the schema is there, and when it is older than the build', async () => {
    await expect(refuseUnfitDatabaseAt(empty.appUrl)).rejects.toThrow('run scrip migrate');
    await query(database.ownerUrl, `DELETE FROM public.scrip_migrations WHERE name = '0020_rights.sql'`);
    await expect(refuseUnfitDatabaseAt(database.appUrl)).rejects.toThrow('older than this build');
  });

  it.each([
    ['password', 'wrong', 'password authentication failed'],
    ['username', 'nobody', 'password authentication failed'],
    ['pathname', '/nowhere', 'database "nowhere" does not exist'],
  ] as const)('is refused in the words of the server when the %s is wrong', async (part, value, words) => {
    const url = new URL(database.appUrl);
    url[part] = value;
    await expect(refuseUnfitDatabaseAt(url.href)).rejects.toThrow(words);
  });

  it('is waited for when nobody answers yet', async () => {
    await expect(refuseUnfitDatabaseAt('postgres://scrip_app@127.0.0.1:1/scrip')).resolves.toBeUndefined();
  });

  it('is migrated by the role that owns the schema alone, and says so', async () => {
    for (const { appUrl } of [database, empty]) {
      await expect(migrate(appUrl, appUrl)).rejects.toThrow(
        'The role scrip_app does not own the schema: set DATABASE_OWNER_URL to the role that does.',
      );
    }
  });
});
