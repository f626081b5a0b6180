-- fact_search - everything that was said with these bytes in it. $1 bytes. Reads all facts: for people
-- who know of a thing nothing but its name.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where position($1::bytea in message) > 0
order by stream, sequence
limit 20000
