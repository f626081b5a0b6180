-- migration_lock - only one migrates a schema at a time; whoever comes second waits for a minute.
select pg_advisory_xact_lock(hashtextextended('migration of ' || current_schema(), 0))
from set_config('lock_timeout', '60s', true)
