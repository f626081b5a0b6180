-- roles.sql - one role per daemon, which owns its schema and can reach nothing else; and an operator
-- who may read every schema, present and future, and change nothing.
--
--   psql -v role=sla_watcher -v schema=sla -v password=... -v operator_password=... -f roles.sql
--
-- Run once for each daemon, by a role that may create roles and owns the database; safe to repeat.
-- Beside its schema a daemon owns <schema>_scratch, into which a rebuild replays the topics.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SELECT current_database() AS database \gset
SELECT :'schema' || '_scratch' AS scratch \gset

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'role', 'operator']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"role" LOGIN NOINHERIT PASSWORD :'password';
ALTER ROLE operator LOGIN PASSWORD :'operator_password';

-- To give a schema away, one who is no superuser must belong to the role that gets it.
SELECT format('GRANT %I TO CURRENT_USER', :'role')
WHERE NOT pg_has_role(CURRENT_USER, :'role', 'MEMBER') \gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"role", operator;

CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION :"role";
CREATE SCHEMA IF NOT EXISTS :"scratch" AUTHORIZATION :"role";
ALTER ROLE :"role" IN DATABASE :"database" SET search_path = :"schema";
ALTER ROLE operator IN DATABASE :"database" SET default_transaction_read_only = on;

GRANT USAGE ON SCHEMA :"schema", :"scratch" TO operator;
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema", :"scratch" TO operator;
ALTER DEFAULT PRIVILEGES FOR ROLE :"role" GRANT USAGE ON SCHEMAS TO operator;
ALTER DEFAULT PRIVILEGES FOR ROLE :"role" GRANT SELECT ON TABLES TO operator;
