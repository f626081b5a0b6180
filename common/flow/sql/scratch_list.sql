-- scratch_list - the statements that empty a schema of what a rebuild makes. $1 schema.
select format('drop %s if exists %s cascade', thing.kind, thing.name)
from (
	select 'table' as kind, pg_class.oid::regclass::text as name, not relispartition as first
	from pg_class
	where relnamespace = to_regnamespace($1::text) and relkind in ('r', 'p')
	union all
	select 'function', pg_proc.oid::regprocedure::text, false
	from pg_proc
	where pronamespace = to_regnamespace($1::text)
) as thing
order by first desc
