-- The roles and databases of docker-compose.yml, each service its own. Run by psql as the server's superuser at every start:
-- safe to repeat, and how a changed password comes into force. `scrip migrate` makes the rest as scrip_owner.
\getenv owner_password SCRIP_OWNER_PASSWORD
\getenv api_password SCRIP_API_PASSWORD
\getenv worker_password SCRIP_WORKER_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

-- The passwords below are in no log, whatever the server logs.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['scrip_owner', 'scrip_app', 'scrip_api', 'scrip_worker', 'temporal']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Owns the schema of the ledger, and neither the server nor another service's database.
ALTER ROLE scrip_owner LOGIN NOSUPERUSER CREATEROLE NOCREATEDB PASSWORD :'owner_password';
-- What the API and the workers may do; nobody logs in as it.
ALTER ROLE scrip_app NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB;
ALTER ROLE scrip_api LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'api_password';
ALTER ROLE scrip_worker LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'worker_password';
ALTER ROLE temporal LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'temporal_password';
GRANT scrip_app TO scrip_api, scrip_worker;

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('scrip', 'scrip_owner'), ('temporal', 'temporal'), ('temporal_visibility', 'temporal')) AS d (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name)
\gexec

-- Nobody so much as connects to what is not theirs.
REVOKE ALL ON DATABASE scrip, temporal, temporal_visibility, postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE scrip TO scrip_app;
