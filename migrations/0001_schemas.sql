-- Two schemas, two roles. The role that runs this owns everything; `scrip_app` is what the API and the workers log in as.
-- Who creates the role and its password is `scrip migrate` (src/platform/migrate.ts), because both are configuration.
CREATE SCHEMA ledger;
CREATE SCHEMA app;

GRANT USAGE ON SCHEMA ledger, app TO scrip_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
