-- scratch_lock - one rebuild at a time in a schema; false: another one is at work. $1 schema.
select pg_try_advisory_lock(hashtextextended('rebuild of ' || $1::text, 0))
