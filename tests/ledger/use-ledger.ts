import type { Knex } from 'knex';
import type { Ledger } from '../../src/ledger/commands';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { onceThere } from '../support/once-there';

interface LedgerHouse {
  readonly database: TestDatabase;
  /** As the application reads. */
  readonly db: Knex;
  readonly ledger: Ledger;
}

/** A ledger for the tests of one `describe`, in a database of its own; `furnish` fills it before the first of them. */
export function useLedger(furnish?: (house: LedgerHouse) => Promise<unknown>): LedgerHouse {
  let house: LedgerHouse | undefined;

  beforeAll(async () => {
    const database = await createTestDatabase();
    house = {
      database,
      db: createDatabase(database.appUrl),
      ledger: createLedger({ databaseUrl: database.appUrl }),
    };
    await furnish?.(house);
  });

  afterAll(async () => {
    await house?.ledger.close();
    await house?.db.destroy();
    await house?.database.drop();
  });

  return {
    database: onceThere(() => house?.database),
    db: onceThere(() => house?.db),
    ledger: onceThere(() => house?.ledger),
  };
}
