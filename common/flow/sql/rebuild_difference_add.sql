-- rebuild_difference_add - template: the rows of one shard in the schema and in the scratch, by cause.
--
-- The cause names the columns, never a value: values may be personal. Both rows go by names that no column
-- has.
insert into {scratch}.rebuild_difference (name, cause, rows, first, last)
select '{table}', cause, count(*), min(key) filter (where cause <> ''),
	max(key) filter (where cause <> '')
from (
	select concat_ws(' ', {keys}) collate "C" as key,
		case
		when "row kept" is null then 'only in the replay'
		when "row again" is null then 'missing in the replay'
		when "row kept" is not distinct from "row again" then ''
		else 'differs in ' || (
			select string_agg(was.key, ' ' order by was.key)
			from jsonb_each(to_jsonb("row kept")) as was
			where was.value is distinct from to_jsonb("row again") -> was.key)
		end as cause
	from (select {columns} from {schema}.{table} as there where {mine}) as "row kept"
	full join (select {columns} from {scratch}.{table} as there where {mine}) as "row again"
		using ({keys})
) as compared
group by cause
