import type { Knex } from 'knex';
import { createDatabase } from '../../src/platform/database';
import { createApiKey, findApiKey } from '../../src/store/api-keys';
import { liveInLedger } from '../ledger/lived-in-ledger';
import { useLedger } from '../ledger/use-ledger';

const PERMISSION_DENIED = '42501';

/** What somebody who has taken over the API would like to write, and no program of ours does as this role. */
const ATTACKS: Readonly<Record<string, string>> = {
  'make a key of an operator': `INSERT INTO app.api_keys (id, name, key_hash, scopes, created_at)
    VALUES ('key_x', 'mine', '\\x00', '{operator}', now())`,
  'raise a key to an operator': `UPDATE app.api_keys SET scopes = '{customer,operator}'`,
  'put another secret behind a key': `UPDATE app.api_keys SET key_hash = '\\x00'`,
  'take back that a key was revoked': 'UPDATE app.api_keys SET revoked_at = NULL',
  'revoke a key': 'UPDATE app.api_keys SET revoked_at = now()',
  'take a key away': 'DELETE FROM app.api_keys',
  'publish a catalog': `INSERT INTO app.catalogs (version, document, published_at) VALUES ('mine', '{}', now())`,
  'change a published catalog': `UPDATE app.catalogs SET document = '{}'`,
  'publish a catalog anew': `INSERT INTO app.catalogs (version, document, published_at) VALUES ('test', '{}', now())
    ON CONFLICT (version) DO UPDATE SET document = EXCLUDED.document`,
  'take a catalog away': 'DELETE FROM app.catalogs',
  'give a price': `INSERT INTO app.catalog_prices (stripe_price_id, catalog_version, pack, amount_minor, currency)
    VALUES ('price_mine', 'test', 'small', 1, 'usd')`,
  'change a price': 'UPDATE app.catalog_prices SET amount_minor = 1',
  'change what was paid': 'UPDATE app.payments SET credits = credits + 1',
  'change whose licence it is': `UPDATE app.licenses SET customer_id = 'cus_bob'`,
  'change the rights of a picture': `UPDATE app.images SET rights = '{}'`,
  'take over a picture': `UPDATE app.images SET owner_id = 'cus_ada'`,
  'take a payment away': 'DELETE FROM app.payments',
  'take a licence away': 'DELETE FROM app.licenses',
  'change what a statement noted': `UPDATE app.notices SET reason = 'mine'`,
  'change a contract': 'UPDATE app.contracts SET credits = 1',
  'say that a migration was applied': `INSERT INTO public.scrip_migrations (name) VALUES ('9999_mine.sql')`,
};

describe('the rights of the application', () => {
  const { database } = useLedger(({ database, ledger }) => liveInLedger(database.ownerUrl, ledger));
  let owner: Knex;
  let app: Knex;

  beforeAll(() => {
    owner = createDatabase(database.ownerUrl, { connectionsMax: 1 });
    app = createDatabase(database.appUrl, { connectionsMax: 1 });
  });

  afterAll(() => Promise.all([owner.destroy(), app.destroy()]));

  const refusalOf = async (as: Knex, sql: string) => {
    const transaction = await as.transaction();
    try {
      await transaction.raw(sql.replaceAll('?', '\\?'));
      return undefined;
    } catch (error) {
      return error as { code: string; constraint?: string };
    } finally {
      await transaction.rollback();
    }
  };

  it.each(Object.entries(ATTACKS))('do not let it %s', async (_what, sql) => {
    expect(await refusalOf(app, sql)).toMatchObject({ code: PERMISSION_DENIED });
  });

  it('let it read whose key it is, and hide a picture', async () => {
    const createdAt = '2026-01-01T00:00:00.000Z' as never;
    const { id, secret } = await createApiKey(owner, { name: 'shop', scopes: ['customer'], createdAt });
    expect(await findApiKey(app, secret)).toMatchObject({ id, scopes: ['customer'] });
    expect(await refusalOf(app, 'UPDATE app.images SET hidden = true')).toBeUndefined();
  });

  it.each([
    ['rewritten', `UPDATE app.catalogs SET document = '{}'`],
    ['taken away', `DELETE FROM app.catalogs WHERE version = 'nobody knows'`],
    ['emptied', 'TRUNCATE app.catalogs CASCADE'],
  ])('nor is what is published %s by the owner', async (_what, sql) => {
    const off = 'SET LOCAL session_replication_role = replica; ';
    for (const before of ['', off]) {
      expect(await refusalOf(owner, before + sql)).toMatchObject({ constraint: 'catalogs_stay' });
    }
  });

  it('are none over the tables themselves: to empty, to refer to, to put triggers on', async () => {
    const { rows } = await owner.raw<{ rows: unknown[] }>(`
      SELECT oid::regclass::text FROM pg_class
      WHERE relnamespace IN ('app'::regnamespace, 'ledger'::regnamespace, 'public'::regnamespace)
        AND relkind IN ('r', 'p', 'v') AND has_table_privilege('scrip_app', oid, 'TRUNCATE, REFERENCES, TRIGGER')`);
    expect(rows).toEqual([]);
  });
});
