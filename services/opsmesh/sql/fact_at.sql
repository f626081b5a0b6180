-- fact_at - one fact by the stream that said it and its number there. $1 stream, $2 sequence.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where stream = $1::text and sequence = $2::bigint
