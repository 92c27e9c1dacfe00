import type { Knex } from 'knex';

/**
 * Takes away everything that refuses a wrong row: triggers, checks, keys, domains and generated columns, as only the
 * superuser of a database can. What is left is bare columns.
 */
export async function disarm(db: Knex): Promise<void> {
  await db.raw(`
    SET session_replication_role = replica;
    DO $$
    DECLARE
      statement text;
    BEGIN
      FOR statement IN
        SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.conrelid::regclass, c.conname)
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        WHERE c.connamespace IN ('ledger'::regnamespace, 'app'::regnamespace) AND c.contype <> 'n'
        UNION ALL
        SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I', c.contypid::regtype, c.conname)
        FROM pg_constraint c WHERE c.connamespace = 'ledger'::regnamespace AND c.contypid <> 0
        UNION ALL
        SELECT format('DROP INDEX %s', i.indexrelid::regclass)
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        WHERE i.indisunique AND t.relnamespace IN ('ledger'::regnamespace, 'app'::regnamespace)
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
        UNION ALL
        SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
        FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgrelid::regclass::text LIKE 'ledger.%'
        UNION ALL
        SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP EXPRESSION', a.attrelid::regclass, a.attname)
        FROM pg_attribute a WHERE a.attgenerated <> '' AND a.attrelid::regclass::text LIKE 'ledger.%'
        UNION ALL
        SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', a.attrelid::regclass, a.attname)
        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
        WHERE a.attnotnull AND a.attnum > 0 AND t.relkind = 'r'
          AND t.relnamespace IN ('ledger'::regnamespace, 'app'::regnamespace) AND a.attidentity = ''
      LOOP
        EXECUTE statement;
      END LOOP;
    END $$`);
}
