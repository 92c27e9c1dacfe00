-- The application's role writes what it has a reason to write. Keys to the API and what is sold are the owner's (`scrip keys`,
-- `scrip catalog publish`): whoever has taken over the API or a worker can neither make themselves an operator nor change
-- a price.
REVOKE INSERT, UPDATE ON app.api_keys, app.catalogs, app.catalog_prices FROM scrip_app;

-- Written once: what was paid, what was licensed. Of a picture only whether it is hidden ever changes.
REVOKE UPDATE ON app.payments, app.licenses, app.images FROM scrip_app;
GRANT UPDATE (hidden) ON app.images TO scrip_app;

-- A published version stays, whoever asks.
CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% on app.% is refused: what is published stays', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER catalogs_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON app.catalogs
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
ALTER TABLE app.catalogs ENABLE ALWAYS TRIGGER catalogs_stay;
