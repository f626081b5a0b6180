-- migration_stray - what has run here and is not known to this build. $1 array of names.
select name
from migration
where name <> all ($1::text[])
order by position
