-- fact_search_name - the same as fact_search for a name of ASCII alone, in which case makes no difference.
-- $1 the name.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where position(lower($1::text) in lower(encode(message, 'escape'))) > 0
order by stream, sequence
limit 20000
