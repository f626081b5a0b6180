-- fact_look - everything that was said under one key. $1 key.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where key = $1::bytea
order by stream, sequence
