-- schema_look - the schemas of the daemons: those with the tables of the runtime, scratch left out.
select n.nspname::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'batch_journal' and right(n.nspname::text, 8) <> '_scratch'
	and has_schema_privilege(n.oid, 'usage')
order by 1
